"""Each mistake in a policy file is told in one line, with its place."""

import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from features.support.errors import CannotFindOutError, FileError
from features.support.policy import load
from features.support.policy.load import Policy
from tests.support.test_policy import TEXT, read

V2 = "services[1].routes[0]"
SHADOW = f"{V2}.mirroring.targets[0]"


def changed(old: str, new: str) -> str:
    """Return the policy with the first place of a text changed from route v2's service on."""
    head, found, tail = TEXT.partition("  - name: api_v2")
    assert old in found + tail, old
    return head + (found + tail).replace(old, new, 1)


WRONG = [
    ("sample_percentage: 50.0", "sample_percent: 50", SHADOW, "unknown key 'sample_percent'; did"),
    ("sample_percentage: 50.0", "xyz: 50", SHADOW, "unknown key 'xyz'"),
    ("enabled: true", "enabeld: true", f"{V2}.mirroring", "unknown key 'enabeld'; did you mean en"),
    ("methods:", "method:", V2, "unknown key 'method'; did you mean methods?"),
    ("type: rest", "typ: rest", "services[1]", "unknown key 'typ'; did you mean type?"),
    ("{host: 127.0.0.1, port: 8081}", "{host: a}", f"{SHADOW}.upstream", "port is missing"),
    ("{host: 127.0.0.1, port: 8081}", "{}", f"{SHADOW}.upstream", "host is missing"),
    ("- name: shadow\n              up", "- up", SHADOW, "name is missing"),
    ("          enabled: true\n", "", f"{V2}.mirroring", "enabled is missing"),
    ("enabled: true", "enabled: 1", f"{V2}.mirroring.enabled", "true or false is needed, not '1'"),
    ("enabled: true", "enabled: 'true'", f"{V2}.mirroring.enabled", "true or false is needed"),
    ("enabled: true", "enabled:", f"{V2}.mirroring.enabled", "true or false is needed, not nothi"),
    ("[GET, HEAD, POST]", "[GET, FOO]", f"{V2}.methods[1]", "'FOO' is no method; known: GET,"),
    ("[GET, HEAD, POST]", "[get]", f"{V2}.methods[0]", "'get' is no method"),
    ("[GET, HEAD, POST]", "[GET, POTS]", f"{V2}.methods[1]", "'POTS' is no method; did you mean P"),
    ("[GET, HEAD, POST]", "[GET, GET]", f"{V2}.methods[1]", "there is another GET"),
    ("[GET, HEAD, POST]", "[]", f"{V2}.methods", "a list is needed, not an empty list"),
    ("[GET, HEAD, POST]", "GET", f"{V2}.methods", "a list is needed, not 'GET'"),
    ("path_prefix: /api/v2", "path_prefix: api", f"{V2}.path_prefix", "'api' does not begin with"),
    ("path_prefix: /api/v2", "path_prefix: /a b", f"{V2}.path_prefix", "'/a b' is no path"),
    ("path_prefix: /api/v2", "path_prefix: /a?b", f"{V2}.path_prefix", "'/a?b' is no path"),
    ("path_prefix: /api/v2", "path_prefix: /api/v1/", f"{V2}.path_prefix", "there is another /api"),
    ("name: api_v2", "name: a/b c", "services[1].name", "'a/b c' is no name"),
    ("name: api_v2", "name: api_v1", "services[1].name", "there is another api_v1"),
    ("name: api_v2", "name: 2", "services[1].name", "text is needed, not '2'"),
    ("name: shadow", "name: shadow one", f"{SHADOW}.name", "'shadow one' is no name"),
    ("port: 8080", "port: 99999999", "services[1].upstream.port", "'99999999' is no port from 1"),
    ("port: 8080", "port: 0", "services[1].upstream.port", "'0' is no port"),
    ("port: 8080", "port: 080", "services[1].upstream.port", "a whole number is needed, not '080"),
    ("port: 8080", "port: 80.5", "services[1].upstream.port", "a whole number is needed, not '80."),
    (
        "port: 8080",
        "port: '8080'",
        "services[1].upstream.port",
        "a whole number is needed, not '808",
    ),
    ("port: 8080", "port: true", "services[1].upstream.port", "a whole number is needed, not 'tru"),
    ("host: 127.0.0.1", "host: 1.2.3", "services[1].upstream.host", "'1.2.3' is no address"),
    ("host: 127.0.0.1", "host: a..b", "services[1].upstream.host", "'a..b' is no host"),
    ("host: 127.0.0.1", "host: http://a", "services[1].upstream.host", "'http://a' is no host"),
    ("type: rest", "type: soap", "services[1].type", "'soap' is no type of a service; known: rest"),
    ("protocol: http", "protocol: htp", "services[1].protocol", "'htp' is no protocol; did you me"),
    ("timeout: 5s", "timeout: soon", f"{SHADOW}.timeout", "'soon' is no time such as 500ms or 5s"),
    ("timeout: 5s", "timeout: 0s", f"{SHADOW}.timeout", "'0s' is no time"),
    ("timeout: 5s", "timeout: 5", f"{SHADOW}.timeout", "text is needed, not '5'"),
    ("X-Mirrored-By:", "X Y:", f"{SHADOW}.headers.'X Y'", "'X Y' is no header's name"),
    ('"${MIRROR_MARKER}"', '"a\\nb"', f"{SHADOW}.headers.X-Mirrored-By", r"'a\nb' is no header's"),
    ('"${MIRROR_MARKER}"', '" a"', f"{SHADOW}.headers.X-Mirrored-By", "' a' is no header's value"),
    ('"${MIRROR_MARKER}"', "true", f"{SHADOW}.headers.X-Mirrored-By", "text is needed, not 'true'"),
] + [
    ("_percentage: 50.0", f"_percentage: {value}", f"{SHADOW}.sample_percentage", told)
    for value, told in {
        "-1": "'-1' is no percentage from 0 to 100",
        "100.01": "'100.01' is no percentage",
        "true": "a number is needed, not 'true'",
        '"50"': "a number is needed, not '50'",
        ".nan": "'.nan' is no percentage",
        ".inf": "'.inf' is no percentage",
        "1:30": "'1:30' is no percentage",
        "0x10": "'0x10' is no percentage",
        "1_0": "'1_0' is no percentage",
        "": "a number is needed, not nothing",
        "[50]": "a number is needed, not a list",
        "{a: 1}": "a number is needed, not keys with values",
    }.items()
]


def mistold(old: str, new: str, path: str, told: str, directory: Path) -> str | None:
    """Return the message about a change, if it is another than it should be."""
    message = str(outcome_of(changed(old, new), directory))
    file, line, rest = message.split(":", 2)
    pairs = zip(TEXT.splitlines(), changed(old, new).splitlines(), strict=False)
    at = next(number for number, (was, now) in enumerate(pairs, 1) if was != now)
    # What is missing has no line: its section's first one is told.
    right = int(line) == at or ("is missing" in rest and at - 2 <= int(line) < at)
    right = right and rest.startswith(f" {path}: {told}") and file.endswith("policy.yaml")
    return None if right and len(message.splitlines()) == 1 else message


def test_a_mistake_is_told_with_its_place(tmp_path: Path) -> None:
    assert list(filter(None, (mistold(*each, tmp_path) for each in WRONG))) == []


TOP = [
    ("", "policy.yaml: is empty"),
    ("# nothing\n", "policy.yaml: is empty"),
    ("x: [", "policy.yaml:1: is not valid YAML: "),
    ("a: b: c", "policy.yaml:1: is not valid YAML: mapping values are not allowed here"),
    ("a: 1\n---\nb: 2", "policy.yaml:2: is not valid YAML: but found another document"),
    ("a: *b", "policy.yaml:1: is not valid YAML: found undefined alias 'b'"),
    ("a: \x00", "policy.yaml: is not valid YAML: special characters are not allowed"),
    ('a: "\\UFFFFFFFF"', "policy.yaml: is not valid YAML: "),
    ("[" * 5000, "policy.yaml: is nested too deeply"),
    ("- 1", "policy.yaml:1: keys with values are needed, not a list"),
    ("? [a]\n: 1", "policy.yaml:1: a key must be a word"),
    (
        changed("{X-Mirrored-By", "{X-A: b, X-A"),
        "policy.yaml:62: the key 'X-A' is given twice",
    ),
    ("a: 1\nb: 2\na: 3", "policy.yaml:3: the key 'a' is given twice"),
    ("a: &x [*x]", "policy.yaml:1: unknown key 'a'"),
    ('version: "1.0"', "policy.yaml:1: provider is missing"),
    (TEXT.replace("global:", "global_config:"), "unknown key 'global_config'; did you mean global"),
    (TEXT.replace("provider: gal", "provider: gla"), "provider: 'gla' is no provider of GAL; did "),
    (TEXT.replace('"1.0"', "1.0"), "version: text is needed, not '1.0'"),
    (TEXT.replace('"1.0"', '"one"'), "version: 'one' is no version such as 1.0"),
    (TEXT.replace("port: 10004", "prot: 1"), "global: unknown key 'prot'; did you mean port?"),
    (TEXT.replace("port: 10004", "admin_port: 0"), "global.admin_port: '0' is no port"),
    (TEXT.replace("port: 10004", "timeout: 1d"), "global.timeout: '1d' is no time"),
    (TEXT.replace("    rou", "    <<: {a: 1}\n    rou"), "services[0]: unknown key '<<'"),
    (re.sub(r"\n +targets:\n( {12}.*\n)+", "\n", TEXT), "mirroring: is enabled, but has no tar"),
]


def test_what_is_wrong_with_a_whole_file_is_told(tmp_path: Path) -> None:
    messages = [(str(outcome_of(text, tmp_path)), told) for text, told in TOP]
    assert [each for each, told in messages if told not in each or "\n" in each] == []


def test_two_targets_have_two_names(tmp_path: Path) -> None:
    (target,) = re.findall(r"(?<=api_v2)(?:.*\n)*?( {12}- name: shadow\n(?: {14}.*\n)+)", TEXT)
    with pytest.raises(FileError, match=r"targets\[1\]\.name: there is another shadow$"):
        read(changed(target, target * 2), tmp_path)


def test_a_file_that_cannot_be_read_is_an_error_too(tmp_path: Path) -> None:
    for path, told in ((tmp_path, "cannot be read"), (tmp_path / "absent", "cannot be read: No")):
        with pytest.raises(FileError, match=told):
            load.parse(path)
    (tmp_path / "latin.yaml").write_bytes(b"a: \xe4")
    with pytest.raises(FileError, match=r"latin\.yaml: is not UTF-8 text"):
        load.parse(tmp_path / "latin.yaml")


@settings(max_examples=300)
@given(st.data())
def test_no_mutation_is_more_than_an_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(TEXT)))
    end = min(len(TEXT), start + data.draw(st.integers(0, 40)))
    fragments = [
        "\n",
        "  ",
        "- ",
        ": ",
        "&a ",
        "*a",
        "!!int ",
        "{",
        "]",
        '"\\U0011',
        "<<: ",
        "---\n",
    ]
    new = data.draw(st.text(max_size=8) | st.sampled_from(fragments) | st.just(TEXT[start:end] * 2))
    judge(TEXT[:start] + new + TEXT[end:], tmp_path_factory.getbasetemp())


@given(st.text(max_size=60))
@example("? {a: 1}\n: 2")
@example("a: !!timestamp 2020-01-01")
def test_no_text_is_more_than_an_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    judge(text, tmp_path_factory.getbasetemp())


def outcome_of(text: str, directory: Path) -> Policy | CannotFindOutError:
    file = directory / "policy.yaml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        return load.parse(file)
    except CannotFindOutError as reason:
        return reason


def judge(text: str, directory: Path) -> None:
    found = outcome_of(text, directory)
    if isinstance(found, Policy):
        targets = [target for route in found.routes for target in route.targets]
        assert all(0 <= target.sample_percentage <= 100 for target in targets)
    else:
        assert isinstance(found, FileError)
        assert str(found).isprintable()
        assert "policy.yaml" in str(found)
