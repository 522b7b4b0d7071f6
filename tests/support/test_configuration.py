"""Each mistake is one line of the reference configuration, and HAProxy names just that line."""

import difflib

import pytest

from features.support.errors import CannotFindOutError
from features.support.gateways.model import ConfigMistake
from features.support.operator import config_check
from features.support.operator.config_check import MISTAKES, CheckResult
from features.support.scene import Scene
from features.support.stack import Execution


def said(code: int, text: str, line: int | None = None) -> CheckResult:
    return CheckResult(Execution(code, text), "ALERT", "WARNING", line)


@pytest.mark.stack
def test_a_mistake_is_in_the_line_that_is_named_and_nowhere_else(scene: Scene) -> None:
    reference = scene.in_front.front_service.configuration
    assert reference is not None
    for name in MISTAKES:
        text, line = config_check.broken(scene, name)
        changes = difflib.ndiff(reference.read_text().splitlines(), text.splitlines())
        added = [each[2:] for each in changes if each.startswith("+ ")]
        assert added == [text.splitlines()[line - 1]], name
        assert MISTAKES[name].wrong in added[0]


@pytest.mark.stack
def test_a_reference_without_the_line_is_no_verdict(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = config_check._ability(scene).mistakes
    monkeypatch.setitem(known, "absent", ConfigMistake("    not in there\n", "x", "x"))
    with pytest.raises(CannotFindOutError, match=r"haproxy\.cfg has not one line '    not in"):
        config_check.broken(scene, "absent")


def test_a_warning_is_not_accepted() -> None:
    assert said(0, "Configuration file is valid").check_accepted() == []
    assert said(0, "[WARNING] : unused").check_accepted()[0] == "exit code 0"


@pytest.mark.parametrize(
    "execution", [Execution(0, "[ALERT]"), Execution(1, "killed"), Execution(124, "[ALERT]")]
)
def test_an_end_for_another_reason_is_no_refusal(execution: Execution) -> None:
    assert said(1, "[ALERT] : no").check_refusal() == []
    wrong = said(execution.code, execution.output).check_refusal()
    assert wrong == [f"exit code {execution.code}", execution.output]


def test_another_line_is_not_the_line() -> None:
    text = "[ALERT] parsing [/tmp/x/mistake.cfg:12]: unknown"
    assert said(1, text, 12).check_located() == []
    for line in (1, 2, 123):
        assert said(1, text, line).check_located()


def test_names_that_are_left_out_are_told() -> None:
    verdict = said(1, "proxy 'gateway': unable to find 'api_v9'")
    assert verdict.check_named("gateway", "api_v9") == []
    assert verdict.check_named("gateway", "api")[0] == "api is not named in:"
