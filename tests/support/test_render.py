"""docker/render.sh fills in configurations, and says in one line why it cannot."""

from pathlib import Path

import pytest

from features.support.paths import DOCKER
from tests.runs import finish

RENDER = DOCKER / "render.sh"
SHOW = ("sh", "-c", 'cat "$0"; echo "$SHADOW $MIRROR_MARKER"')


def render(tmp_path: Path, template: str, *command: str, **environment: str) -> tuple[int, str]:
    """Fill in a template; return the exit code, and the result or what was said."""
    (tmp_path / "template").write_text(template)
    arguments = [str(tmp_path / "template"), str(tmp_path / "filled")]
    environment = {"PATH": "/usr/bin:/bin", **environment}
    done = finish("sh", RENDER, *arguments, *command, bare=True, environment=environment)
    if done.returncode:
        return done.returncode, done.stderr
    return 0, done.stdout or (tmp_path / "filled").read_text()


@pytest.mark.parametrize(
    ("template", "environment", "filled"),
    [
        (
            "a ${PRIMARY} b ${PRIMARY}\n${SHADOW}",
            {"PRIMARY": "p:80", "SHADOW": "s"},
            "a p:80 b p:80\ns",
        ),
        ("${PRIMARY_HOST} ${PRIMARY_PORT}", {"PRIMARY": "[::1]:80"}, "[::1] 80"),
        ("${PRIMARY_HOST}", {"PRIMARY": "a:80", "PRIMARY_HOST": "b"}, "b"),
        ("${PRIMARY} ${SHADOW}", {}, "127.0.0.1:8080 127.0.0.1:8081"),
        ("${GATEWAY_BIND} ${STATS_BIND}", {}, "127.0.0.1:10004 127.0.0.1:9999"),
        ("$request_uri ${name} $NAME {NAME}", {"NAME": "x"}, "$request_uri ${name} $NAME {NAME}"),
    ],
)
def test_names_are_filled_in_and_the_tools_own_variables_stay(
    tmp_path: Path, template: str, environment: dict[str, str], filled: str
) -> None:
    assert render(tmp_path, f"{template}\n", **environment) == (0, f"{filled}\n")


def test_a_value_is_taken_as_it_is(tmp_path: Path) -> None:
    for value in ("a|b", "a&b", "a\\1b", "a/b", "'a' \"b\"", "$PATH", "`id`", ""):
        assert render(tmp_path, "<${VALUE}>\n", VALUE=value) == (0, f"<{value}>\n")


def test_what_is_switched_off_is_left_out(tmp_path: Path) -> None:
    text = "a\n  # >>> TLS_CERTIFICATE\n  b ${TLS_CERTIFICATE}\n  # <<< TLS_CERTIFICATE\nc\n"
    assert render(tmp_path, text) == (0, "a\nc\n")
    whole = text.replace("${TLS_CERTIFICATE}", "/x.pem")
    assert render(tmp_path, text, TLS_CERTIFICATE="/x.pem") == (0, whole)


def test_what_cannot_be_filled_in_is_told(tmp_path: Path) -> None:
    said = f"render: {tmp_path}/template names ${{NOWHERE}}, which is not set\n"
    assert render(tmp_path, "${NOWHERE}\n") == (1, said)
    done = finish("sh", RENDER, "/absent", tmp_path / "x")
    assert (done.returncode, done.stderr) == (1, "render: there is no file /absent to read\n")


def test_it_becomes_the_command_which_gets_what_was_filled_in(tmp_path: Path) -> None:
    text = "${SHADOW} ${MIRROR_MARKER}\n"
    code, said = render(tmp_path, text, *SHOW, str(tmp_path / "filled"), SHADOW="")
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


def test_a_marker_that_would_break_a_configuration_is_refused(tmp_path: Path) -> None:
    for marker in ("two words", 'a"b', "a\\Eb", "a\nb"):
        code, said = render(tmp_path, "${MIRROR_MARKER}\n", MIRROR_MARKER=marker)
        assert code == 1
        assert said.startswith("render: MIRROR_MARKER must be of letters, digits, ")


def test_all_files_of_a_directory_are_filled_in_or_none(tmp_path: Path) -> None:
    templates, filled = tmp_path / "in", tmp_path / "out"
    templates.mkdir()
    for name in ("a.yaml", "b.yaml", "Dockerfile"):
        (templates / name).write_text("${RENDERED}\n" if name == "a.yaml" else "${VALUE}\n")
    assert finish("sh", RENDER, templates, filled).returncode == 1
    assert not list(filled.glob("*.yaml"))
    assert finish("sh", RENDER, templates, filled, environment={"VALUE": "x"}).returncode == 0
    found = {each.name: each.read_text() for each in filled.iterdir()}
    assert found == {"a.yaml": f"{filled}\n", "b.yaml": "x\n"}
