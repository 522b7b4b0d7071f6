"""docker/render.sh fills in configurations, and says in one line why it cannot."""

import subprocess
from pathlib import Path

import pytest

from features.support.paths import DOCKER

RENDER = DOCKER / "render.sh"


def render(tmp_path: Path, template: str, *command: str, **environment: str) -> tuple[int, str]:
    """Fill in a template; return the exit code, and the result or what was said."""
    (tmp_path / "template").write_text(template)
    arguments = [str(tmp_path / "template"), str(tmp_path / "filled")]
    done = subprocess.run(
        ["sh", str(RENDER), *arguments, *command],
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return done.returncode, done.stderr
    return 0, done.stdout or (tmp_path / "filled").read_text()


def test_names_are_filled_in_as_often_as_they_stand(tmp_path: Path) -> None:
    text = "a ${PRIMARY} b ${PRIMARY}\n${SHADOW}\n"
    filled = render(tmp_path, text, PRIMARY="primary:80", SHADOW="shadow:81")
    assert filled == (0, "a primary:80 b primary:80\nshadow:81\n")


def test_an_address_has_two_parts(tmp_path: Path) -> None:
    text = "${PRIMARY_HOST} ${PRIMARY_PORT}\n"
    assert render(tmp_path, text, PRIMARY="[::1]:80") == (0, "[::1] 80\n")


def test_a_part_that_is_set_itself_comes_first(tmp_path: Path) -> None:
    text = "${PRIMARY_HOST}\n"
    assert render(tmp_path, text, PRIMARY="a:80", PRIMARY_HOST="b") == (0, "b\n")


def test_the_usual_addresses_are_known(tmp_path: Path) -> None:
    text = "${PRIMARY} ${SHADOW} ${GATEWAY_BIND} ${STATS_BIND}\n"
    usual = "127.0.0.1:8080 127.0.0.1:8081 127.0.0.1:10004 127.0.0.1:9999\n"
    assert render(tmp_path, text) == (0, usual)


@pytest.mark.parametrize("value", ["a|b", "a&b", "a\\1b", "a/b", "'a' \"b\"", "$PATH", "`id`", ""])
def test_a_value_is_taken_as_it_is(tmp_path: Path, value: str) -> None:
    assert render(tmp_path, "<${VALUE}>\n", VALUE=value) == (0, f"<{value}>\n")


def test_the_tools_own_variables_stay(tmp_path: Path) -> None:
    text = "$request_uri ${name} $NAME {NAME}\n"
    assert render(tmp_path, text, NAME="x") == (0, text)


def test_a_name_that_is_not_set_is_told(tmp_path: Path) -> None:
    code, said = render(tmp_path, "${NOWHERE}\n")
    assert code == 1
    assert said == f"render: {tmp_path}/template names ${{NOWHERE}}, which is not set\n"


def test_a_template_that_is_absent_is_told(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", str(RENDER), "/absent", str(tmp_path / "x")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "render: there is no file /absent to read\n")


def test_it_becomes_the_command(tmp_path: Path) -> None:
    command = ("sh", "-c", 'cat "$0"', str(tmp_path / "filled"))
    assert render(tmp_path, "${VALUE}\n", *command, VALUE="x") == (0, "x\n")


def test_what_is_empty_has_its_default_and_the_command_gets_it(tmp_path: Path) -> None:
    command = ("sh", "-c", 'cat "$0"; echo "$SHADOW $MIRROR_MARKER"', str(tmp_path / "filled"))
    code, said = render(tmp_path, "${SHADOW} ${MIRROR_MARKER}\n", *command, SHADOW="")
    filled, told = said.splitlines()
    assert (code, filled) == (0, told)
    assert filled.startswith("127.0.0.1:8081 ")


@pytest.mark.parametrize("given", [{}, {"MIRROR_MARKER": ""}], ids=["unset", "empty"])
def test_without_a_secret_of_ones_own_the_marker_is_one_by_chance(
    tmp_path: Path, given: dict[str, str]
) -> None:
    made = [render(tmp_path, "${MIRROR_MARKER}\n", **given)[1].strip() for _ in range(2)]
    assert [len(each) for each in made] == [32, 32]
    assert made[0] != made[1]


def test_a_gateway_has_a_name_made_of_its_secret(tmp_path: Path) -> None:
    made = [render(tmp_path, "${MIRROR_PASSED}\n", MIRROR_MARKER=secret) for secret in ("a", "b")]
    assert made == [(0, "86f7e437faa5a7fc\n"), (0, "e9d71f5ee7c92d6d\n")]


@pytest.mark.parametrize("marker", ["two words", 'a"b', "a\\Eb", "a\nb"])
def test_a_marker_that_would_break_a_configuration_is_refused(tmp_path: Path, marker: str) -> None:
    code, said = render(tmp_path, "${MIRROR_MARKER}\n", MIRROR_MARKER=marker)
    assert code == 1
    assert said.startswith("render: MIRROR_MARKER must be of letters, digits, ")
