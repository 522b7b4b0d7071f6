"""What is measured can be chosen, and what cannot be measured is said before anything starts."""

import pytest

from bench import gateways
from bench.rounds import minutes
from bench.rows import DEAD, FROZEN, LATE, TOOL_DEAD, WELL
from bench.stack import conditions_of
from features.support.gateways import CATALOGUE


def test_a_wrong_name_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gateways, "missing", list)
    assert gateways.main(["--only", "nonsense"]) == 1
    assert "--only nonsense: there is no such gateway" in capsys.readouterr().err


def test_missing_tools_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gateways, "missing", lambda: ["there is no wrk"])
    assert gateways.main([]) == 1
    assert capsys.readouterr().err == "bench: there is no wrk\n"


def test_what_cannot_concern_a_gateway_is_not_measured() -> None:
    assert conditions_of(CATALOGUE["HAProxy"]) == [WELL]
    assert conditions_of(CATALOGUE["HAProxy with Lua"]) == [WELL, LATE, DEAD]
    assert conditions_of(CATALOGUE["HAProxy with SPOE"]) == [WELL, LATE, DEAD, FROZEN, TOOL_DEAD]


def test_all_gateways_are_measured_in_about_a_quarter_of_an_hour() -> None:
    assert minutes(list(CATALOGUE.values()), seconds=2, rounds=3) <= 18
