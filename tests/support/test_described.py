"""What becomes of a description that is right, and what its schema takes and refuses."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from features.support.gateways import description
from features.support.gateways.described import Described, load
from features.support.options import parse
from features.support.stack.service import Service
from features.support.wire.client import Address
from tests.support.test_description import RUNNING, STARTED, outcome_of, running, started

FULL = (
    RUNNING
    + """\
  figures: {address: "[::1]:9901", user: me, password: secret}
version: "2.8"
routes: {mirrored: /a, sampled: {prefix: /b/, share: 5}, unmirrored: /c}
claims: [reload, exactly-once]
can: {count: {path: /f, received: a, sent: 'b{c="d"}', lost: [e]}}
"""
)
SECOND = """\
name: Nginx (ours)
started:
  command: [cat, "${CONFIGURATION}", ""]
  configuration: my.conf
  environment: {ON: "${PRIMARY_HOST}", Y_2: "$HOME `a` \\"b\\""}
claims: all
"""
VALID = (RUNNING, STARTED, FULL, SECOND)


@pytest.fixture(autouse=True)
def configuration(tmp_path: Path) -> Path:
    """A configuration beside the description, which names one port more."""
    file = tmp_path / "my.conf"
    file.write_text("listen ${GATEWAY_BIND}\nfigures ${STATS_BIND}\n")
    return file


def described(text: str, directory: Path) -> Described:
    """Return what is made of a description."""
    (directory / "gateway.yaml").write_text(text)
    return load(directory / "gateway.yaml")


def service(text: str, directory: Path) -> Service:
    """Return the only service of what is made of a description."""
    (found,) = described(text, directory).gateway.services
    return found


def test_one_that_runs_elsewhere_is_its_addresses(tmp_path: Path) -> None:
    found = described(RUNNING, tmp_path)
    assert found.addresses == {
        "gateway": Address("127.0.0.1", 10004),
        "primary.service": Address("10.0.0.1", 8080),
        "primary.control": Address("10.0.0.1", 8081),
        "shadow.service": Address("10.0.0.2", 8080),
        "shadow.control": Address("10.0.0.2", 8081),
    }
    assert found.gateway.name == "My gateway"
    assert found.credentials is None
    assert found.gateway.account is None
    assert found.said.claims == []
    assert found.gateway.front_service.command == ()
    assert {"tool-dead", "tool-twice"} < set(found.gateway.does_not_apply)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://[::1]:10004", Address("::1", 10004)),
        ("http://[2001:db8::2]/", Address("2001:db8::2", 80)),
        ("http://gw.example", Address("gw.example", 80)),
        ("HTTP://my_gateway:8080/", Address("my_gateway", 8080)),
    ],
)
def test_an_address_may_be_a_name_or_of_ipv6(url: str, address: Address, tmp_path: Path) -> None:
    found = described(running("http://127.0.0.1:10004", url), tmp_path)
    assert found.addresses["gateway"] == address


def test_recorders_may_have_addresses_of_ipv6(tmp_path: Path) -> None:
    found = described(running("{service: 10.0.0.1:8080", '{service: "[::1]:8080"'), tmp_path)
    assert found.addresses["primary.service"] == Address("::1", 8080)


def test_all_that_can_be_said_is_taken(tmp_path: Path) -> None:
    found = described(FULL, tmp_path)
    assert found.addresses["figures"] == Address("::1", 9901)
    assert found.credentials == ("me", "secret")
    assert found.prefixes == {"/api/v1": "/a", "/api/v2": "/b", "/api/v3": "/c"}
    assert found.said.routes.sampled.share == 5
    assert found.said.claims == ["reload", "exactly-once"]
    assert found.gateway.account is not None


def test_a_run_of_it_is_told_what_it_needs(tmp_path: Path) -> None:
    for text, stack in ((RUNNING, "external"), (STARTED, "local")):
        (tmp_path / "gateway.yaml").write_text(text)
        options = parse({"gateway": str(tmp_path / "gateway.yaml"), "jobs": "4"})
        assert options.described
        assert (options.stack, options.jobs) == (stack, 1)
        assert options.gateways == frozenset({"My gateway"})
        assert options.addresses == options.described.addresses


def test_the_prefixes_are_the_features_own_where_none_are_said(tmp_path: Path) -> None:
    prefixes = ("/api/v1", "/api/v2", "/api/v3")
    assert described(RUNNING, tmp_path).prefixes == dict(zip(prefixes, prefixes, strict=True))


def test_all_promises_can_be_claimed_at_once(tmp_path: Path) -> None:
    claims = described(RUNNING + "claims: all\n", tmp_path).said.claims
    assert claims == list(description.promises())
    assert {"exactly-once", "reload", "share"} < set(claims)


@pytest.mark.parametrize("command", ["cat 'a b' c", '[cat, "a b", c]', "cat a\\ b c"])
def test_a_command_is_text_or_a_list(command: str, tmp_path: Path) -> None:
    made = service(started("sleep 5", command), tmp_path)
    assert made.command[-1] == '"cat" "a b" "c"'
    assert made.command[-3:-1] == (str(tmp_path), "true")
    assert made.command[:2] == ("sh", "-c")


def test_a_program_beside_the_description_is_found_from_there(tmp_path: Path) -> None:
    (tmp_path / "mine.sh").write_text("#!/bin/sh\n")
    (tmp_path / "mine.sh").chmod(0o755)
    assert service(started("sleep 5", "./mine.sh"), tmp_path).command[-1] == '"./mine.sh"'


def test_one_that_a_run_starts_is_a_service(tmp_path: Path, configuration: Path) -> None:
    found = described(SECOND, tmp_path)
    made = found.gateway.front_service
    assert (found.addresses, found.credentials) == ({}, None)
    assert made.command[0] == "sh"
    assert made.command[2:4] == (str(configuration), "{scratch}/my.conf")
    assert made.command[-2:] == (
        r'''export ON="${PRIMARY_HOST}"; export Y_2="\$HOME \`a\` \"b\""''',
        '"cat" "${CONFIGURATION}" ""',
    )
    assert made.environment["CONFIGURATION"] == "{scratch}/my.conf"
    assert made.environment["PRIMARY"] == "{primary.service}"
    assert made.version == ("echo", "unknown")
    assert made.owns_ports


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        (STARTED, {"proxy"}),
        (SECOND, {"proxy", "stats"}),
        (started("sleep 5", "sleep ${TLS_BIND}"), {"proxy", "tls"}),
        (
            STARTED + "  environment: {A: '${STATS_BIND}', B: TLS_BIND_}\n",
            {"proxy", "stats", "tls"},
        ),
    ],
)
def test_it_has_the_ports_that_it_names(text: str, ports: set[str], tmp_path: Path) -> None:
    assert set(service(text, tmp_path).ports) == ports


@pytest.mark.parametrize(
    ("reload", "number", "command"),
    [
        ("SIGHUP", signal.SIGHUP, ()),
        ("[SIGUSR2]", signal.SIGUSR2, ()),
        ("SIGUSR9", None, ("SIGUSR9",)),
        ("kill -HUP 1", None, ("kill", "-HUP", "1")),
        ("[SIGHUP, now]", None, ("SIGHUP", "now")),
    ],
)
def test_a_reload_is_a_signal_or_else_a_command(
    reload: str, number: signal.Signals | None, command: tuple[str, ...], tmp_path: Path
) -> None:
    made = service(STARTED + f"can: {{reload: {reload}}}\n", tmp_path)
    assert (made.reload_signal, made.before_reload) == (number, command)


def test_a_container_gets_what_its_command_may_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docker").write_text("#!/bin/sh\n")
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    made = service(STARTED + "  image: my/gateway:1\n  environment: {MINE: a}\n", tmp_path)
    words = made.command[-1].split()
    assert words[:2] == ["docker", "run"]
    assert words[-3:] == ['"my/gateway:1"', '"sleep"', '"5"']
    assert {"--env=MINE", "--env=GATEWAY_BIND", "--env=SHADOW_HOST", "--env=PRIMARY"} < set(words)
    assert not made.owns_ports


def test_the_schema_that_editors_use_is_up_to_date() -> None:
    assert json.loads(description.SCHEMA.read_text()) == description.schema()


def refusals(text: str) -> Iterator[str]:
    """Yield what the schema does not take of a description."""
    validator: Any = jsonschema.Draft202012Validator(description.schema())
    validator.check_schema(validator.schema)
    yield from (each.message for each in validator.iter_errors(yaml.safe_load(text)))


@pytest.mark.parametrize("text", VALID)
def test_the_schema_takes_what_is_right(text: str, tmp_path: Path) -> None:
    assert outcome_of(text, tmp_path) == ""
    assert list(refusals(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "name: My gateway\n",
        RUNNING + "started: {command: sleep 5}\n",
        running("name: My gateway\n", ""),
        running(", control: 10.0.0.1:8081", ""),
        RUNNING + "clams: all\n",
        RUNNING + "claims: most\n",
        RUNNING + "claims: [exactly-onec]\n",
        RUNNING + "version: 2.8\n",
        RUNNING + "routes: {sampled: {prefix: /a, share: 0}}\n",
        RUNNING + "routes: {sampled: {prefix: /a, share: 100}}\n",
        RUNNING + "routes: {sampled: {prefix: /a, share: half}}\n",
        STARTED + "  comand: a\n",
        STARTED + "  environment: {A: 5}\n",
        STARTED + "can: {count: {received: a, sent: b}}\n",
        started("sleep 5", "5"),
    ],
)
def test_the_schema_refuses_what_is_wrong(text: str, tmp_path: Path) -> None:
    assert outcome_of(text, tmp_path)
    assert list(refusals(text))


@given(st.data())
@example(data=None)
def test_no_mutation_is_more_than_an_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject | None
) -> None:
    text = FULL
    if data:
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 20)))
        signs = ["\n", "  ", "- ", ": ", "'", '"\\uD800"', "!!int ", "{", "]", "null", "all"]
        new = data.draw(st.text(max_size=8) | st.sampled_from(signs))
        text = text[:start] + new + text[end:]
    assert outcome_of(text, tmp_path_factory.getbasetemp()).isprintable()
