"""The configurations of the gateways that mirror by themselves fit their programs and our edits."""

import os
import subprocess
from pathlib import Path

import pytest

from features.support.errors import CannotFindOutError
from features.support.gateways.catalogue import CATALOGUE
from features.support.operator.live_edits import Edit
from features.support.operator.shares import SHARES
from features.support.operator.workarounds import _MIRRORED
from features.support.paths import DOCKER
from features.support.stack import programs

PLACES = {
    "envoy": ("-c", "{file}", "--mode", "validate"),
    "nginx": ("-e", "stderr", "-t", "-c", "{file}"),
}


@pytest.mark.parametrize("name", PLACES)
def test_the_program_takes_the_configuration_as_it_is(name: str, tmp_path: Path) -> None:
    program = programs.find(name)
    assert program
    (template,) = (
        each.configuration
        for gateway in CATALOGUE.values()
        for each in gateway.services
        if each.name == name
    )
    filled = tmp_path / str(template and template.name)
    done = subprocess.run(
        [
            *("sh", str(DOCKER / "render.sh"), str(template), str(filled)),
            *(str(program), *(word.format(file=filled) for word in PLACES[name])),
        ],
        env={**os.environ, "RESOLVER": "127.0.0.1", "SCRATCH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "deprecated" not in done.stderr.lower()
    assert "[warn]" not in done.stderr


@pytest.mark.parametrize("name", SHARES)
def test_the_place_of_the_share_is_in_the_configuration_once(name: str) -> None:
    gateway, share = CATALOGUE[name], SHARES[name]
    owner = gateway.tool if share.role == "tool" else gateway.front
    (file,) = (each.configuration for each in gateway.services if each.name == owner)
    assert file
    text = (file.parent / share.file if share.file else file).read_text()
    for new in (share.new(0), share.new(20), share.new(100), share.none):
        assert Edit(share.old, new).applied(text, file) != text


def test_a_connection_is_closed_in_both_mirrored_routes() -> None:
    assert (DOCKER / "nginx" / "nginx.conf").read_text().count(_MIRRORED) == 2


def test_an_edit_that_does_not_fit_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotFindOutError, match=r"a\.cfg has not 2 times 'one'"):
        Edit("one", "two", times=2).applied("one\n", tmp_path / "a.cfg")
