"""What GAL generates is changed in its addresses alone, and what comes of it is told as it is."""

from dataclasses import replace
from pathlib import Path

import pytest

from features.reporting.tried import Found
from features.support.gateways.description import promises
from features.support.paths import ROOT
from tests.generators import judged as stored
from tests.generators import page, table
from tests.generators.judged import Judged, PromiseVerdict
from tests.generators.playing import PROMISES, Trial, judge, message
from tests.generators.providers import PROVIDERS, Provider
from tests.generators.replacements import Exchange, addresses_of, relocated, with_variables
from tests.generators.versions import GenerationError, checkout, generate, installed

ADDRESSES = addresses_of()
# Every line that differs between what GAL generates and what is started, and what it becomes.
EXCHANGED = {
    "HAProxy": {
        ("bind 127.0.0.1:10004", "bind ${GATEWAY_BIND}"),
        (
            "server server1 127.0.0.1:8080 check inter 10s fall 3 rise 2",
            "server server1 ${PRIMARY} check inter 10s fall 3 rise 2",
        ),
    },
    "Nginx": {
        ("listen 10004;", "listen ${GATEWAY_BIND};"),
        ("proxy_pass http://127.0.0.1:8080;", "proxy_pass http://${PRIMARY};"),
    },
    "Envoy": {
        ("address: 127.0.0.1", "address: ${GATEWAY_BIND_HOST}"),
        ("port_value: 10004", "port_value: ${GATEWAY_BIND_PORT}"),
        ("address: 127.0.0.1", "address: ${PRIMARY_HOST}"),
        ("port_value: 8080", "port_value: ${PRIMARY_PORT}"),
    },
    "APISIX": {('"127.0.0.1:8080": 1', '"${PRIMARY}": 1')},
    "Traefik": {("- url: 'http://127.0.0.1:8080'", "- url: 'http://${PRIMARY}'")},
}
# Lines about the shadow, as versions of GAL write them that know of mirroring.
SHADOWS = {
    "server mirror1 127.0.0.1:8081 check": "server mirror1 ${SHADOW} check",
    "proxy_pass http://127.0.0.1:8081/api/v1;": "proxy_pass http://${SHADOW}/api/v1;",
    "address: 127.0.0.1\n  port_value: 8081": (
        "address: ${SHADOW_HOST}\n  port_value: ${SHADOW_PORT}"
    ),
    '"host": "http://127.0.0.1:8081",': '"host": "http://${SHADOW}",',
}
# What only looks like an address of the policy.
OTHERS = (
    *("maxconn 8080", "log 127.0.0.1 local0", "http://10.127.0.0.1:8080", "127.0.0.1:80801"),
    *("address: 127.0.0.1\n  port_value: 9901", "option forwardfor except 127.0.0.0/8"),
)
LOG = """\
error: gateway ended at once with exit code 1 (0.0 s); its log:
  [NOTICE]   (31) : haproxy version is 2.8
  [ALERT]    (31) : config : parsing [/tmp/run-1/gateway.scratch/haproxy.cfg:10] : no such user
  [ALERT]    (31) : config : Fatal errors found in configuration.
"""
SILENT = Judged(
    "Envoy (GAL 1.3.0)",
    provider="Envoy",
    gal="1.3.0",
    gal_told="GAL 1.3.0",
    date="2026-11-28",
    commit="0123456789ab",
    program="1.40.0",
    first_look=("no copy arrived in 5 s: the shadow at 127.0.0.1:4711 got none",),
    verdicts={
        "routes": PromiseVerdict("kept", "", "routes", ("features/routing/gateways.feature:16",)),
        "share": PromiseVerdict(
            "limit", "none | has a copy", "share", ("features/mirroring/sampling.feature:17",)
        ),
    },
)
REFUSED = replace(
    SILENT, name="Envoy (GAL 1e1cbb7)", verdicts={}, refused=("no such field",), started=False
)
ABSENT = replace(REFUSED, name="Envoy (GAL 2)", refused=(), not_run="it is not here", program="")


def named(name: str) -> Provider:
    return next(each for each in PROVIDERS if each.name == name)


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda each: each.name)
def test_nothing_but_addresses_is_exchanged(provider: Provider) -> None:
    before = generate(installed(), provider.generator).text
    after = with_variables(before, ADDRESSES)
    lines = zip(before.splitlines(), after.splitlines(), strict=True)
    assert {(a.strip(), b.strip()) for a, b in lines if a != b} == EXCHANGED[provider.name]
    assert not any(port in after for port in ("8080", "8081", "10004")), after


@pytest.mark.parametrize(("before", "after"), SHADOWS.items())
def test_the_shadow_is_exchanged_however_it_is_written(before: str, after: str) -> None:
    assert with_variables(before, ADDRESSES) == after


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_no_address_of_the_policy_stays(text: str) -> None:
    assert with_variables(text, ADDRESSES) == text


@pytest.mark.parametrize("name", ["HAProxy", "Nginx"])
def test_relocated_it_asks_the_machine_for_nothing(name: str) -> None:
    text = generate(installed(), named(name).generator).text
    moved = relocated(text, named(name).surroundings)
    assert not any(path in moved for path in ("/var/", "/etc/", "user "))
    requests = ("acl ", "use_backend", "server", "proxy_", "location", "listen", "bind")
    kept = [line for line in text.splitlines() if line.strip().startswith(requests)]
    assert [line for line in moved.splitlines() if line.strip().startswith(requests)] == kept


def test_the_promises_exist() -> None:
    assert set(PROMISES) <= set(promises())
    assert len(set(PROMISES)) == len(PROMISES)


def test_a_message_has_the_errors_and_nothing_that_is_new_in_each_run() -> None:
    assert message(LOG) == ["[ALERT] config : parsing [haproxy.cfg:10] : no such user"]
    assert message("error: nothing answers at 1.2.3.4:5\n") == ["nothing answers at 1.2.3.4:5"]
    assert message("all is well") == []


def test_the_table_has_counts_or_the_reason_why_there_are_none() -> None:
    head, *rows = table.render([SILENT, REFUSED, ABSENT])
    assert head.split("  ")[0] == "gateway"
    assert [" ".join(row.split()) for row in rows] == [
        "Envoy (GAL 1.3.0) 1 1 0",
        "Envoy (GAL 1e1cbb7) - - - does not start: no such field",
        "Envoy (GAL 2) - - - not run: it is not here",
    ]


def test_a_program_that_runs_and_serves_nobody_has_started() -> None:
    assert table.why_nothing(replace(REFUSED, started=True)).startswith("serves nobody on route v1")


def test_of_a_long_message_its_end_is_told() -> None:
    told = table.clipped(f"'http-request' expects {'x, ' * 200}but got 'mirror'", 80)
    assert len(told) <= 80
    assert told.endswith("but got 'mirror'")


def test_the_page_has_a_column_a_version_and_links_each_difference_to_its_scenario() -> None:
    other = replace(SILENT, name="Envoy (GAL 1.4.0)", gal_told="GAL 1.4.0")
    said = page.render([SILENT, REFUSED, other])
    assert "| promise | Envoy (GAL 1.3.0) | Envoy (GAL 1.4.0) |" in said
    assert "[share](../features/mirroring/sampling.feature#L17) | limit: none &#124; has" in said
    assert "Kept by all of these: [routes](../features/routing/gateways.feature#L16)." in said
    assert "* Does not start:\n  * no such field" in said
    assert "GAL 1.3.0 and GAL 1.4.0" in said
    assert "4711" not in said, "what is new in each run is no difference"
    assert "Of the 2 configurations that served clients, 2 copied no request" in said


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    stored.keep(SILENT, tmp_path / "envoy.json")
    again = stored.read(tmp_path / "envoy.json")
    assert page.render([again]) == page.render([SILENT])
    assert again.count(Found.LIMIT) == 1


def test_gal_that_generates_nothing_is_told_with_its_words(tmp_path: Path) -> None:
    with pytest.raises(GenerationError, match=r"GAL 1\.\S+, NoProvider: .*NoProvider"):
        generate(installed(), "NoProvider")
    with pytest.raises(GenerationError, match=r"no checkout of x-gal"):
        checkout(tmp_path)


def test_an_image_is_generated_and_not_run() -> None:
    assert judge(Trial(named("APISIX"), installed())).not_run.startswith("APISIX comes as an image")


@pytest.mark.stack
def test_a_configuration_that_does_not_start_is_told_with_the_programs_own_message() -> None:
    """With a line as versions of GAL write it that know of mirroring, and HAProxy does not."""
    ours = named("HAProxy")
    mirroring = Exchange("use_backend backend_api_v1 .*", "http-request mirror shadow")
    provider = replace(ours, surroundings=(*ours.surroundings, mirroring))
    found = judge(Trial(provider, installed(), relocated=True), ["routes"])
    assert (found.started, found.verdicts) == (False, {})
    assert found.refused[0].endswith("but got 'mirror'.")


@pytest.mark.stack
def test_an_envoy_that_gal_configures_serves_clients_and_copies_nothing() -> None:
    last_run = ROOT / "reports" / "comparison.json"
    before = last_run.stat().st_mtime_ns if last_run.exists() else None
    found = judge(Trial(named("Envoy"), installed()), ["routes"])
    assert {name: each.verdict for name, each in found.verdicts.items()} == {"routes": "kept"}
    assert "no copy arrived" in found.first_look[-1]
    assert before == (last_run.stat().st_mtime_ns if last_run.exists() else None)
