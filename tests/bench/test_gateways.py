"""What is measured can be chosen, and what cannot be measured is said before anything starts."""

import subprocess
from pathlib import Path

import pytest

from bench import gateways
from bench.rounds import minutes, order
from bench.rows import DEAD, FROZEN, LATE, PLAIN, TOOL_DEAD, WELL, Row
from bench.stack import conditions_of, on_one_thread, why_not
from features.support.errors import StackError
from features.support.gateways import spoa_mirror
from features.support.gateways.catalogue import CATALOGUE
from features.support.gateways.model import Gateway
from features.support.paths import ROOT
from tests.bench.samples import rows

_BOTH = ["--only", "lua", "--only", "spoe"]


def test_missing_tools_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gateways, "missing", lambda: "there is no wrk")
    assert gateways.main([]) == 1
    assert capsys.readouterr().err == "bench: there is no wrk\n"


def test_what_cannot_concern_a_gateway_is_not_measured() -> None:
    assert conditions_of(CATALOGUE["HAProxy"]) == [WELL]
    assert conditions_of(CATALOGUE["HAProxy with Lua"]) == [WELL, LATE, DEAD]
    assert conditions_of(CATALOGUE["HAProxy with SPOE"]) == [WELL, LATE, DEAD, FROZEN, TOOL_DEAD]


def test_all_gateways_are_measured_in_less_than_half_an_hour() -> None:
    assert minutes(list(CATALOGUE.values()), seconds=2, rounds=3) <= 30


def test_every_second_round_runs_backwards() -> None:
    plain, lua = CATALOGUE["HAProxy"], CATALOGUE["HAProxy with Lua"]
    names = [(number, each.name) for number, each in order([plain, lua], rounds=2)]
    assert names == [(0, plain.name), (0, lua.name), (1, lua.name), (1, plain.name)]


def burns(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one gateway fail when it is measured."""

    def measure(gateway: Gateway, seconds: int, number: int) -> list[Row]:
        if gateway.name == name:
            raise StackError("it burns;\n its log")
        return [row for row in rows() if row.cell.gateway == gateway.name]

    monkeypatch.setattr(gateways, "measure", measure)
    monkeypatch.setattr(gateways, "missing", lambda: None)


def test_a_gateway_that_fails_is_left_out_and_the_reason_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    burns("HAProxy with Lua", monkeypatch)
    assert gateways.main(["1", "1", *_BOTH, "--into", str(tmp_path)]) == 0
    assert "HAProxy with Lua, round 1: it burns" in capsys.readouterr().err
    assert (
        "Not measured: HAProxy with Lua (round 1: it burns)." in (tmp_path / "cost.md").read_text()
    )
    assert (tmp_path / "cost.svg").exists()


def test_without_plain_haproxy_nothing_is_claimed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    burns(PLAIN, monkeypatch)
    assert gateways.main(["1", "1", *_BOTH, "--into", str(tmp_path)]) == 1
    assert not list(tmp_path.iterdir())


def test_a_gateway_is_measured_with_one_thread() -> None:
    def words(name: str) -> str:
        gateway = on_one_thread(CATALOGUE[name])
        (front,) = (each for each in gateway.services if each.name == gateway.front)
        return " ".join(front.command)

    assert "one-thread.cfg" in words("HAProxy with SPOE")
    assert "--concurrency 1" in words("Envoy")


def test_the_agent_in_c_is_measured_where_its_binary_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SPOA_MIRROR", raising=False)
    assert gateways.chosen(["in c"]) == []
    monkeypatch.setenv("SPOA_MIRROR", "/nope")
    plain, found = gateways.chosen(["in c"])
    assert (plain.name, found.name) == (PLAIN, "HAProxy with SPOE in C")
    assert why_not(found) == "SPOA_MIRROR=/nope: no such program"
    assert found.name not in CATALOGUE


def test_the_agent_in_c_gets_its_own_names_of_arguments(tmp_path: Path) -> None:
    """As the running stack calls it, on a copy of our configuration."""
    (gateway,) = spoa_mirror.named({"SPOA_MIRROR": "/nope"})
    copy = tmp_path / "mirror.spoe"
    copy.write_text((ROOT / "docker" / "haproxy-spoe" / "mirror.spoe").read_text())
    script = gateway.front_service.command[2]
    subprocess.run(["sh", "-c", script, "sh", str(tmp_path), "true"], check=True)
    assert "    messages mirror\n" in copy.read_text()
    assert "\nspoe-message mirror\n    args arg_method=method arg_path=pathq " in copy.read_text()
