from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.support.errors import OptionError
from features.support.gateways.catalogue import CATALOGUE
from features.support.options import Options, parse
from features.support.wire.client import Address

ADDRESSES = {
    "gateway": "gw.example:80",
    "stats": "http://gw.example:9999/",
    "primary": "10.0.0.1:8080",
    "primary_control": "10.0.0.1:8081",
    "shadow": "[::1]:8080",
    "shadow_control": "[::1]:8081",
}
EXTERNAL = {"stack": "external", **ADDRESSES}


@pytest.fixture(autouse=True)
def no_program_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HAPROXY", raising=False)


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in EXTERNAL.items() if key != name}


WRONG: Sequence[tuple[Mapping[str, str], str]] = [
    ({"stak": "local"}, "-D stak: there is no such option; did you mean stack?"),
    ({"xyz": "1"}, "-D xyz: there is no such option; known: stack, gateways, jobs, keep, "),
    ({"stack": "dokcer"}, "-D stack=dokcer: choose one of auto, local, docker, external"),
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
    (without("stats"), "-D stack=external also needs -D stats=host:port (where its figures"),
    (without("shadow_control"), "-D stack=external also needs -D shadow_control=host:port ("),
    ({"gateway": "a:1"}, "-D gateway is only possible together with -D stack=external"),
    ({"stack": "local", "primary": "a:1"}, "-D primary is only possible together with "),
    ({**EXTERNAL, "stats_user": "u"}, "-D stats_user also needs -D stats_password"),
    ({**EXTERNAL, "stats_password": "p"}, "-D stats_password also needs -D stats_user"),
    ({"stats_user": "u", "stats_password": "p"}, "-D stats_user is only possible together with"),
] + [
    ({**EXTERNAL, "gateway": value}, f"-D gateway={value}: give host:port")
    for value in (
        *("", "gw", "gw:", ":80", "gw:0", "gw:65536", "gw:8o", "gw:\N{SUPERSCRIPT TWO}"),
        *("https://gw:443", "gw:80/path", "user@gw:80", "a b:80", "gw:-1", "::1:80"),
    )
]


def test_a_wrong_option_is_told_in_one_line() -> None:
    told = [(str(outcome_of(userdata)), message) for userdata, message in WRONG]
    assert [each for each, message in told if not each.startswith(message) or "\n" in each] == []


def test_without_options_the_machine_decides() -> None:
    assert parse({}) == Options(gateways=frozenset(CATALOGUE))


def test_an_external_stack_is_all_its_addresses() -> None:
    found = parse({**EXTERNAL, "stats_user": "u", "stats_password": "p"})
    assert found.addresses["stats"] == Address("gw.example", 9999)
    assert found.addresses["shadow"] == Address("[::1]", 8080)
    assert set(found.addresses) == set(ADDRESSES)
    assert found.credentials == ("u", "p")
    assert parse(EXTERNAL).credentials is None


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


@given(st.dictionaries(st.sampled_from(sorted(EXTERNAL)), st.text(max_size=12)))
def test_whatever_is_said_is_read_or_refused_in_words(said: Mapping[str, str]) -> None:
    found = outcome_of({**EXTERNAL, **said})
    if isinstance(found, OptionError):
        assert str(found).startswith("-D ")
    else:
        assert all(0 < each.port < 65536 and each.host for each in found.addresses.values())


@given(st.sampled_from(sorted(ADDRESSES)), st.text(alphabet=":0123456789./[]ax²٣", max_size=10))
def test_an_address_is_read_or_refused(name: str, value: str) -> None:
    found = outcome_of({**EXTERNAL, name: value})
    if isinstance(found, OptionError):
        assert str(found) == f"-D {name}={value}: give host:port"
    else:
        assert str(found.addresses[name]) in value
