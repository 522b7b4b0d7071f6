"""The sweep's page and its picture, from figures that are given."""

import json
from pathlib import Path

import pytest

from bench import sweep
from bench.sweep import Curve

FOUND = [
    Curve("HAProxy", 40000.0, [(500.0, 0.5), (36000.0, 4.25)], [(1024, 900.0, 0.7, None)] * 3),
    Curve("Envoy", 9000.0, [(500.0, 1.0), (8100.0, None)], [(1024, 450.0, 1.5, 100.0)] * 3),
]


def test_a_page_tells_rates_and_bodies_of_each_gateway(tmp_path: Path) -> None:
    sweep.write(tmp_path, FOUND, "2026-01-02, 2 cores, load 0.1 before")
    page = (tmp_path / "sweep.md").read_text()
    assert "on 2026-01-02, 2 cores, load 0.1 before." in page
    assert "| HAProxy | 40000 | 0.5 (500), 4.2 (36000) |" in page
    assert "| Envoy | 9000 | 1.0 (500), - (8100) |" in page
    assert f"| Envoy |{' 450 | 1.5 | 100 |' * 3}" in page
    assert json.loads((tmp_path / "sweep.json").read_text())["gateways"]["Envoy"]["most"] == 9000


def test_the_picture_has_a_line_for_each_gateway_and_dark_colours(tmp_path: Path) -> None:
    sweep.write(tmp_path, FOUND, "today")
    picture = (tmp_path / "sweep.svg").read_text()
    assert ">HAProxy<" in picture
    assert ">Envoy<" in picture
    assert "prefers-color-scheme: dark" in picture


def test_without_wrk_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert sweep.main([]) == 1
    assert "no wrk on this machine" in capsys.readouterr().err
