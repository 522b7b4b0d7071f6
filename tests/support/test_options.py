from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.support.errors import OptionError
from features.support.gateways.catalogue import CATALOGUE
from features.support.options import Options, parse
from features.support.wire.client import Address

ELSEWHERE = """\
name: Somewhere
running:
  address: http://gw.example:80
  primary: {service: "10.0.0.1:8080", control: "10.0.0.1:8081"}
  shadow: {service: "[::1]:8080", control: "[::1]:8081"}
  figures: {address: "gw.example:9999", user: u, password: p}
"""


@pytest.fixture(autouse=True)
def no_program_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HAPROXY", raising=False)


WRONG: Sequence[tuple[Mapping[str, str], str]] = [
    ({"stak": "local"}, "-D stak: there is no such option; did you mean stack?"),
    ({"xyz": "1"}, "-D xyz: there is no such option; known: stack, gateway, gateways, jobs, "),
    ({"stack": "dokcer"}, "-D stack=dokcer: choose one of auto, local, docker"),
    ({"stack": ""}, "-D stack=: choose one of"),
    ({"keep": "maybe"}, "-D keep=maybe: say yes or no"),
    ({"jobs": "0"}, "-D jobs=0: give a number from 1 to 16, or auto"),
    ({"jobs": "many"}, "-D jobs=many: give a number from 1 to 16, or auto"),
    ({"patience": "long"}, "-D patience=long: give a number above 0 and up to 100"),
    ({"patience": "0"}, "-D patience=0: "),
    ({"patience": "-1"}, "-D patience=-1: "),
    ({"patience": "nan"}, "-D patience=nan: "),
    ({"patience": "inf"}, "-D patience=inf: "),
    ({"patience": "101"}, "-D patience=101: "),
    ({"haproxy": "/absent"}, "-D haproxy or HAPROXY=/absent: there is no program there"),
    ({"haproxy": "/etc/passwd"}, "-D haproxy or HAPROXY=/etc/passwd: "),
    ({"haproxy": "/usr"}, "-D haproxy or HAPROXY=/usr: "),
    ({"envoy": "/absent"}, "-D envoy=/absent: there is no program there"),
    ({"gateways": "Envy"}, "-D gateways: there is no gateway 'Envy'; did you mean Envoy?"),
    ({"gateways": ""}, "-D gateways: there is no gateway ''; known: HAProxy, "),
    ({"policy": "/absent"}, "-D policy=/absent: there is no file there"),
    ({"policy": ""}, "-D policy=: there is no file there"),
    ({"policy": "/usr"}, "-D policy=/usr: there is no file there"),
    ({"gateway": "/absent"}, "-D gateway=/absent: there is no file there"),
    ({"gateway": "/dev/null", "stack": "local"}, "-D stack says nothing of a described gateway"),
    ({"gateway": "/dev/null", "policy": "x"}, "-D policy says nothing of a described gateway"),
    ({"primary": "a:1"}, "-D primary: there is no such option; "),
]


def test_a_wrong_option_is_told_in_one_line() -> None:
    told = [(str(outcome_of(userdata)), message) for userdata, message in WRONG]
    assert [each for each, message in told if not each.startswith(message) or "\n" in each] == []


def test_without_options_the_machine_decides() -> None:
    assert parse({}) == Options(gateways=frozenset(CATALOGUE))


def test_a_gateway_elsewhere_is_all_its_addresses(tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text(ELSEWHERE)
    found = parse({"gateway": str(file)})
    assert found.stack == "external"
    assert found.gateways == frozenset({"Somewhere"})
    assert found.addresses["figures"] == Address("gw.example", 9999)
    assert found.addresses["shadow.service"] == Address("::1", 8080)
    assert str(found.addresses["shadow.service"]) == "[::1]:8080"
    assert found.credentials == ("u", "p")


def test_another_policy_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other.yaml").touch()
    monkeypatch.chdir(tmp_path)
    assert parse({"policy": "other.yaml"}).policy == tmp_path / "other.yaml"


def test_names_with_a_dot_are_left_to_formatters() -> None:
    assert parse({"AllureFormatter.issue_pattern": "{}"}) == parse({})


def test_the_program_comes_from_the_option_or_else_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    chosen = tmp_path / "haproxy"
    chosen.touch(mode=0o755)
    monkeypatch.setenv("HAPROXY", str(chosen))
    assert parse({}).programs == {"haproxy": chosen}
    assert parse({"haproxy": "/bin/sh"}).programs["haproxy"] == Path("/bin/sh").resolve()
    monkeypatch.setenv("HAPROXY", "/absent")
    with pytest.raises(OptionError, match="HAPROXY=/absent"):
        parse({})


def outcome_of(userdata: Mapping[str, str]) -> Options | OptionError:
    try:
        return parse(userdata)
    except OptionError as reason:
        return reason


@given(st.dictionaries(st.sampled_from(("stack", "jobs", "seed", "gateway")), st.text(max_size=12)))
def test_whatever_is_said_is_read_or_refused_in_words(said: Mapping[str, str]) -> None:
    found = outcome_of(said)
    if isinstance(found, OptionError):
        assert str(found).startswith("-D ")
