"""The descriptions of the gateways fit their configurations, their programs and each other."""

import re
from collections.abc import ItemsView, Iterator, Sequence
from pathlib import Path

import pytest

from features.support.errors import CannotFindOutError
from features.support.gateways import agent
from features.support.gateways.account import Account
from features.support.gateways.catalogue import CATALOGUE, DOES_NOT_APPLY
from features.support.gateways.figures import account_in, samples
from features.support.gateways.haproxy_family import PROGRAM
from features.support.gateways.model import Edit, Gateway, Role, needed
from features.support.paths import DOCKER
from features.support.stack import programs
from tests.runs import finish

AGENT = """# TYPE mirror_agent_received_total counter
mirror_agent_received_total{shadow="shadow"} 12.0
# TYPE mirror_agent_sent_total counter
mirror_agent_sent_total{shadow="shadow"} 7.0
# TYPE mirror_agent_dropped_total counter
mirror_agent_dropped_total{reason="cut",shadow="shadow"} 2.0
mirror_agent_dropped_total{reason="not_sampled",shadow="shadow"} 1.0
# TYPE mirror_agent_failed_total counter
mirror_agent_failed_total{reason="timeout",shadow="shadow"} 1.0
# TYPE mirror_agent_in_flight gauge
mirror_agent_in_flight{shadow="shadow"} 1.0
# TYPE mirror_agent_ring_lost_total counter
mirror_agent_ring_lost_total 3.0
"""
LAST_WORDS = (
    "info agent ended spoe=12 shadow.received=12 shadow.sent=9 shadow.failed.connect=3",
    '{"event": "ended", "shadow.received": 12, "shadow.sent": 9, "shadow.failed.connect": 3}',
)


def configuration(gateway: Gateway, role: Role, file: str = "") -> Path:
    (found,) = (s.configuration for s in gateway.services if s.name == gateway.playing(role))
    assert found is not None
    return found.parent / file if file else found


@pytest.mark.parametrize(
    ("template", "arguments"),
    [
        ("envoy", ("{program}", "--mode", "validate", "-c", "{filled}/envoy.yaml")),
        ("envoy", ("env", "ENVOY={program}", "sh", f"{DOCKER}/envoy/check.sh", "{filled}")),
        ("nginx/nginx.conf", ("{program}", "-e", "stderr", "-t", "-c", "{filled}")),
    ],
)
def test_the_program_takes_the_configuration_as_it_is(
    template: str, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    front = CATALOGUE[template.partition("/")[0].title()].front_service
    assert front.program
    filled, program = str(tmp_path / "filled"), str(programs.find(front.program))
    render = ("sh", str(DOCKER / "render.sh"), str(DOCKER / template), filled)
    command = [each.format(program=program, filled=filled) for each in arguments]
    surroundings = {"RESOLVER": "127.0.0.1", "SCRATCH": str(tmp_path)}
    done = finish(*render, *command, environment=surroundings)
    assert done.returncode == 0, done.stderr
    assert "deprecated" not in done.stderr.lower()
    assert "[warn]" not in done.stderr


def settings(file: Path) -> list[str]:
    """Return the lines of one of HAProxy's files that are not about mirroring."""
    text = file.read_text()
    text = re.sub(r"^ *# >>> mirroring.*?# <<< mirroring\n", "", text, flags=re.DOTALL | re.M)
    return [line for line in text[text.index("\nglobal\n") :].splitlines() if line.strip()]


@pytest.mark.parametrize("way", ["spoe", "ring"])
def test_haproxys_files_are_without_a_warning_and_plain_but_for_mirroring(way: str) -> None:
    file = DOCKER / f"haproxy-{way}" / "haproxy.cfg"
    assert settings(file) == settings(DOCKER / "haproxy" / "haproxy.cfg")
    for marker in ("", "secret"):
        given = {"MIRROR_MARKER": marker} if marker else {}
        done = finish(str(programs.find(PROGRAM)), "-dW", "-c", "-f", file, environment=given)
        assert done.returncode == 0, done.stderr
        assert "WARNING" not in done.stderr


def edits(gateway: Gateway) -> Iterator[tuple[Path, Edit]]:
    """Every edit that a gateway declares, and the file that it is made in."""
    if share := gateway.share:
        new = (*map(share.edit, (0, 20, 100)), share.invalid)
        yield from ((configuration(gateway, share.role, share.file), each) for each in new if each)
    for role, known in _known(gateway):
        yield from ((configuration(gateway, role, n), e) for n, several in known for e in several)
    if gateway.workaround:
        yield configuration(gateway, "front"), gateway.workaround
    for mistake in filter(lambda each: each.file, gateway.mistakes.values()):
        file = configuration(gateway, mistake.role).parent / mistake.file
        yield file, Edit(mistake.old, mistake.new)


def _known(gateway: Gateway) -> Iterator[tuple[Role, ItemsView[str, Sequence[Edit]]]]:
    """Every set of edits that a gateway declares, by file."""
    yield "front", gateway.reread.items()
    for setting in gateway.patience.values():
        yield setting.role, {setting.file: setting.edits}.items()
    if second := gateway.second_shadow:
        for part in filter(None, (second.beside, second)):
            yield part.role, part.edits("10.0.0.7:8082").items()


def test_every_edit_fits_the_configuration_that_it_is_made_in() -> None:
    found = [pair for gateway in CATALOGUE.values() for pair in edits(gateway)]
    assert len(found) > 30
    for file, edit in found:
        assert edit.applied(file.read_text(), file) != file.read_text(), edit


def test_who_lacks_an_ability_says_why() -> None:
    for promise, able in (
        ("second-shadow", {n for n, g in CATALOGUE.items() if g.second_shadow}),
        ("new-share", {n for n, g in CATALOGUE.items() if g.share}),
        ("reload", {n for n, g in CATALOGUE.items() if g.process or g.reread}),
        ("tool-dead", {n for n, g in CATALOGUE.items() if g.tool}),
    ):
        mirroring = {name for name, gateway in CATALOGUE.items() if gateway.mirrors}
        assert mirroring - able == set(DOES_NOT_APPLY.get(promise, ())), promise


def test_an_ability_that_is_not_declared_is_told() -> None:
    plain = CATALOGUE["HAProxy"]
    with pytest.raises(CannotFindOutError, match=r"^HAProxy declares no share$"):
        needed(plain.share, plain, "share")


def test_an_edit_that_does_not_fit_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotFindOutError, match=r"a\.cfg has not 2 times 'one'"):
        Edit("one", "two", times=2).applied("one\n", tmp_path / "a.cfg")


def test_figures_are_read_by_reason() -> None:
    account = account_in(AGENT, "mirror_agent_")
    assert account == Account(12, 7, {"cut": 2, "not_sampled": 1}, {"timeout": 1}, 1, 3)
    assert not account.check_balance()
    assert [each.name for each in samples("a_total 1\nb 2\n")] == ["a", "b"]


def test_what_does_not_add_up_is_told() -> None:
    (told,) = Account(12, 7, {"cut": 2}, {}, 0).check_balance()
    assert told == "the account does not add up to 9: 12 received, 7 sent, 2 dropped (cut)"


@pytest.mark.parametrize(
    ("now", "grown"),
    [
        (
            Account(15, 9, {"cut": 3, "loop": 1}, {"timeout": 1, "connect": 1}, 0, 1),
            Account(5, 3, {"cut": 1}, {"connect": 1}, 0),
        ),
        # Counters that are smaller have begun anew, in a new process.
        (Account(3, 2, {"cut": 1}, {}, 0), Account(3, 2, {"cut": 1}, {}, 0)),
    ],
)
def test_only_what_grew_is_left(now: Account, grown: Account) -> None:
    assert now - Account(10, 6, {"cut": 2, "loop": 1}, {"timeout": 1}, 0, 1) == grown


@pytest.mark.parametrize("words", LAST_WORDS)
def test_the_agents_last_words_are_read_in_either_form(words: str) -> None:
    assert agent.last_words(words) == {"received": 12, "sent": 9, "failed.connect": 3}
