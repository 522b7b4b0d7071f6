"""The configuration: what is valid, and how problems are told."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from mirror_agent.settings.load import load, parse
from mirror_agent.settings.model import Address, Route, Settings, Shadow
from mirror_agent.settings.nodes import ConfigError

from .agent_process import PACKAGE

REFERENCE = PACKAGE / "reference" / "mirror-agent.yaml"

GOOD = """inputs:
  spoe:
    listen: 127.0.0.1:12345
shadows:
  - name: shadow
    address: 127.0.0.1:8081
"""


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as outcome:
        parse(text, "f.yaml")
    return outcome.value.problems


def test_the_reference_configuration_is_the_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHADOW", "shadow.example:80")
    settings = load(REFERENCE)
    assert settings.routes == (
        Route("/api/v1", 100.0),
        Route("/api/v2", 50.0),
        Route("/api/v3", 0.0),
    )
    assert settings.shadows == (Shadow("shadow", "shadow.example", 80),)
    assert settings.spoe is not None
    assert settings.ring is not None
    assert settings.copies.marker_value is None


def test_the_reference_configuration_shows_the_real_defaults() -> None:
    """Each commented key, taken out of its comment, must be known and change nothing."""
    lines = []
    for line in REFERENCE.read_text().splitlines():
        key = line.lstrip().removeprefix("# ")
        if line.lstrip().startswith("# ") and key.lstrip().split(":")[0] in {
            *("max_connections", "max_frame_size", "connections", "connect_timeout"),
            *("answer_timeout", "idle_timeout", "answer_limit", "queue", "items", "bytes"),
            *("circuit", "failures", "retry", "workers", "drain", "level"),
        }:
            line = line.replace("# ", "", 1)  # noqa: PLW2901
        lines.append(line)
    changed = "\n".join(lines).replace("level: info                 # or", "level: info # or")
    assert parse(changed, "f.yaml") == load(REFERENCE)
    assert changed.count("retry: 500ms") == 1


def test_a_small_file_is_enough() -> None:
    assert parse(GOOD, "f.yaml") == Settings(
        shadows=(Shadow("shadow", "127.0.0.1", 8081),),
        spoe=parse(GOOD, "f").spoe,
    )


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("listen", "lisen", "f.yaml:3: inputs.spoe.lisen: unknown key (did you mean 'listen'?)"),
        ("  spoe", "  spo", "f.yaml:2: inputs.spo: unknown key (did you mean 'spoe'?)"),
        ("12345", "123456", "f.yaml:3: inputs.spoe.listen: '127.0.0.1:123456' has no port"),
        ("127.0.0.1:8081", "8081", "f.yaml:6: shadows[0].address: '8081' is not host:port"),
        ("    address", "#", "f.yaml:5: shadows[0].address: missing"),
        ("shadows:", "shadow:", "f.yaml:4: shadow: unknown key (did you mean 'shadows'?)"),
        ("127.0.0.1:8081", "${NO_SUCH}", "f.yaml:6: shadows[0].address: the environment"),
        ("name: shadow", "name: a b", "f.yaml:5: shadows[0].name: 'a b' may have only"),
        ("name: shadow", "name: {}", "f.yaml:5: shadows[0].name: expected a single value"),
        ("    listen", "\tlisten", "f.yaml:3: not valid YAML"),
    ],
)
def test_a_problem_names_file_line_and_key(old: str, new: str, problem: str) -> None:
    assert any(text.startswith(problem) for text in problems(GOOD.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ("routes: [{prefix: /a, share: 101}]", "routes[0].share: '101' is not between 0 and 100"),
        ("routes: [{prefix: /a, share: abc}]", "routes[0].share: 'abc' is not a number"),
        ("routes: [{prefix: a}]", "routes[0].prefix: 'a' is not a path"),
        ("routes: [{prefix: /a}, {prefix: /a/}]", "routes[1].prefix: there is another route"),
        ("routes: [{share: 1}]", "routes[0].prefix: missing"),
        (
            "routes: [{prefix: /, shadows: [shadw]}]",
            "routes[0].shadows: no shadow 'shadw' (did you mean 'shadow'?)",
        ),
        ("routes: {}", "routes: expected a list"),
        ("copies: {cut_bodies: skp}", "copies.cut_bodies: 'skp' is none of skip, mark (did"),
        ("copies: {remove_headers: [host]}", "copies.remove_headers[0]: a copy needs its Host"),
        ("copies: {marker: Expect}", "copies.marker: 'Expect' has a meaning of its own"),
        ("copies: {remove_headers: [a b]}", "copies.remove_headers[0]: 'a b' has characters"),
        ('copies: {marker_value: "a\\nb"}', "copies.marker_value: 'a\\nb' is not printable"),
        ("workers: 0", "workers: '0' is not a whole number from 1 to 64"),
        ("drain: 5x", "drain: '5x' is not a time such as 500ms or 5s"),
        ("workers: 1\nworkers: 2", "workers: given twice"),
    ],
)
def test_a_wrong_value_is_told(more: str, problem: str) -> None:
    assert any(problem in text for text in problems(f"{GOOD}{more}\n"))


def test_all_problems_are_told_in_the_order_of_the_file() -> None:
    text = "workers: x\ninputs: {ring: {listen: 1}}\nshadows: 3\nfoo: 1\n"
    places = [problem.split(": ")[0] for problem in problems(text)]
    assert places == ["f.yaml:1", "f.yaml:2", "f.yaml:3", "f.yaml:3", "f.yaml:4"]


@pytest.mark.parametrize("text", ["", "3", "[]", "- a"])
def test_a_file_without_keys_is_refused(text: str) -> None:
    assert problems(text) == ["f.yaml:1: expected keys such as `shadows:`"]


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml: cannot be read: No such file"):
        load(tmp_path / "nowhere.yaml")
    (tmp_path / "latin").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load(tmp_path / "latin")


def test_placeholders_are_values_and_never_structure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "81")
    text = GOOD.replace("127.0.0.1:8081", '"${HOST_OF_SHADOW:-[::1]}:${PORT}"')
    assert parse(text, "f").shadows[0].host == "::1"
    assert parse(text, "f").shadows[0].port == 81
    monkeypatch.setenv("PORT", "81}\nworkers: 7")
    assert len(problems(text)) == 1


@pytest.mark.parametrize(
    ("text", "address"),
    [(":80", Address("", 80)), ("[::1]:80", Address("::1", 80)), ("a.b:0", Address("a.b", 0))],
)
def test_addresses(text: str, address: Address) -> None:
    spoe = parse(GOOD.replace("127.0.0.1:12345", f'"{text}"'), "f").spoe
    assert spoe is not None
    assert spoe.listen == address


keys = st.sampled_from(
    [
        "inputs",
        "spoe",
        "ring",
        "listen",
        "shadows",
        "name",
        "address",
        "routes",
        "share",
        "tls",
        "x",
    ]
)
scalars = st.one_of(st.none(), st.integers(), st.text(max_size=8), st.sampled_from(["/", "a:1"]))
trees = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=4)),
)


@given(trees)
def test_any_tree_is_valid_or_refused_with_places(tree: object) -> None:
    _valid_or_refused(yaml.safe_dump(tree, allow_unicode=True))


@given(st.text(max_size=80))
def test_any_text_is_valid_or_refused_with_places(text: str) -> None:
    _valid_or_refused(text)


@pytest.mark.parametrize("text", ["[" * 5000, "a: &a [*a]", "a: !!python/object:os.system x", "&a"])
def test_odd_yaml_is_refused(text: str) -> None:
    _valid_or_refused(text)


def _valid_or_refused(text: str) -> None:
    try:
        parse(text, "f.yaml")
        found = ["f.yaml: valid"]
    except ConfigError as error:
        found = error.problems
    assert found
    assert all(problem.startswith("f.yaml:") for problem in found)
