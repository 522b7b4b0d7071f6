"""Each mistake is one line of the reference configuration, and HAProxy names just that line."""

import difflib

import pytest

from features.support.errors import CannotFindOutError
from features.support.gateways.catalogue import HAPROXY
from features.support.operator import config_check
from features.support.operator.config_check import MISTAKES, Mistake, Verdict
from features.support.scene import Scene
from features.support.stack import Execution

assert HAPROXY.configuration is not None
REFERENCE = HAPROXY.configuration.read_text()
# HAProxy finds these at its second look, when lines are no longer known.
WITHOUT_A_LINE = {"a route to a backend that is absent"}
# It finds this one only when it starts.
AT_THE_START = {"the same address twice"}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_in_the_line_that_is_named_and_nowhere_else(name: str) -> None:
    text, line = config_check.broken(name)
    lines = text.splitlines()
    changes = difflib.ndiff(REFERENCE.splitlines(), lines)
    added = [each[2:] for each in changes if each.startswith("+ ")]
    assert added == [lines[line - 1]]
    assert MISTAKES[name].wrong in added[0]


@pytest.mark.stack
@pytest.mark.parametrize("name", sorted(set(MISTAKES) - WITHOUT_A_LINE - AT_THE_START))
def test_haproxy_finds_the_mistake_in_that_line(scene: Scene, name: str) -> None:
    verdict = config_check.check_with(scene.stack, "haproxy", name)
    assert verdict.check_refusal() == []
    assert verdict.check_located() == []
    assert verdict.check_accepted() != []


@pytest.mark.stack
@pytest.mark.parametrize("name", sorted(AT_THE_START | WITHOUT_A_LINE))
def test_haproxy_refuses_to_start_with_the_mistake(scene: Scene, name: str) -> None:
    verdict = config_check.start_with(scene.stack, name)
    assert verdict.check_refusal() == []
    assert (verdict.check_located() == []) is (name not in WITHOUT_A_LINE)


@pytest.mark.stack
def test_haproxy_does_not_mind_the_reference(scene: Scene) -> None:
    verdict = config_check.check_running(scene.stack)
    assert verdict.check_accepted() == []
    assert verdict.check_refusal() != []


@pytest.mark.stack
def test_the_directives_are_those_that_the_program_registers(scene: Scene) -> None:
    known = config_check.directives(scene.stack)
    assert len(known) > 500
    assert "http-request set-header" in " ".join(known)


def test_a_reference_without_the_line_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = Mistake("    not in there\n", "x", "x")
    monkeypatch.setitem(MISTAKES, "absent", absent)
    with pytest.raises(CannotFindOutError, match=r"haproxy\.cfg has not one line '    not in"):
        config_check.broken("absent")


def test_a_warning_is_not_accepted() -> None:
    assert Verdict(Execution(0, "Configuration file is valid")).check_accepted() == []
    assert Verdict(Execution(0, "[WARNING] : unused")).check_accepted()[0] == "exit code 0"


@pytest.mark.parametrize(
    "execution", [Execution(0, "[ALERT]"), Execution(1, "killed"), Execution(124, "[ALERT]")]
)
def test_an_end_for_another_reason_is_no_refusal(execution: Execution) -> None:
    assert Verdict(Execution(1, "[ALERT] : no")).check_refusal() == []
    assert Verdict(execution).check_refusal() == [f"exit code {execution.code}", execution.output]


def test_another_line_is_not_the_line() -> None:
    said = "[ALERT] parsing [/tmp/x/mistake.cfg:12]: unknown"
    assert Verdict(Execution(1, said), 12).check_located() == []
    for line in (1, 2, 123):
        assert Verdict(Execution(1, said), line).check_located()


def test_names_that_are_left_out_are_told() -> None:
    verdict = Verdict(Execution(1, "proxy 'gateway': unable to find 'api_v9'"))
    assert verdict.check_named("gateway", "api_v9") == []
    assert verdict.check_named("gateway", "api")[0] == "['api'] are not named in:"
