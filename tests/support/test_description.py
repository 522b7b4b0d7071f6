"""Each mistake in a description of somebody's gateway is told in one line, with its place."""

from pathlib import Path

import pytest

from features.support.errors import FileError, OptionError
from features.support.gateways.description import SCHEMA
from features.support.options import parse
from features.support.paths import ROOT

RUNNING = """\
name: My gateway
running:
  address: http://127.0.0.1:10004
  primary: {service: 10.0.0.1:8080, control: 10.0.0.1:8081}
  shadow: {service: 10.0.0.2:8080, control: 10.0.0.2:8081}
"""
STARTED = """\
name: My gateway
started:
  command: sleep 5
"""
_AS_A_COMMAND = "is no command: say it as text, or as a list of words"
_URL = "is no address such as http://127.0.0.1:10004"
_NAME = "is no name of 2 to 40 letters, digits, blanks and . _ - ( )"
_PROMISE = "is no promise; did you mean exactly-once?"
_FIGURE = "is no figure of Prometheus, such as copies_total"
_UNREADABLE = "'/proc/self/mem' cannot be read: Input/output error"
_FORM = "needs one of running (where it is) and started (how it starts)"


def changed(text: str, old: str, new: str) -> str:
    """Return a description in which one thing is said otherwise."""
    assert text.count(old) == 1, old
    return text.replace(old, new)


def running(old: str, new: str) -> str:
    """Return the description of a gateway that runs elsewhere, changed."""
    return changed(RUNNING, old, new)


def started(old: str, new: str) -> str:
    """Return the description of a gateway that a run starts, changed."""
    return changed(STARTED, old, new)


# What the file says, and what is told behind its name.
WHOLE = [
    ("", ": is empty"),
    ("# to be written\n", ": is empty"),
    ("a: b: c", ":1: is not valid YAML: mapping values are not allowed here"),
    (
        RUNNING + "claims: [reload\n",
        ":7: is not valid YAML: expected ',' or ']', but got '<stream end>'",
    ),
    (
        RUNNING + "\tversion: a\n",
        r":6: is not valid YAML: found character '\t' that cannot start any token",
    ),
    ("name: \x00", ": is not valid YAML: special characters are not allowed"),
    ("- name: a", ":1: keys with values are needed, not a list"),
    ("My gateway", ":1: keys with values are needed, not 'My gateway'"),
    (RUNNING + "name: Another\n", ":6: the key 'name' is given twice"),
    (STARTED + "  environment:\n    A: a\n    A: b\n", ":6: the key 'A' is given twice"),
    ("name: My gateway\n", f":1: {_FORM}"),
    ("name: My gateway\nstarted:\n", f":1: {_FORM}"),
    (RUNNING + "started: {command: a}\n", ":6: running and started are said, and only one can be"),
    (RUNNING + "xyz: a\n", ":6: unknown key 'xyz'"),
    (RUNNING + "null: a\n", ":6: unknown key 'null'"),
    (RUNNING + "on: a\n", ":6: unknown key 'on'"),
    (RUNNING + "<<: {version: a}\n", ":6: unknown key '<<'"),
    (RUNNING + "? [a]\n: b\n", ":6: a key must be a word"),
]
KEYS = [
    (text, f":{line}: {place}unknown key '{key}'; did you mean {meant}?")
    for text, line, place, key, meant in [
        (RUNNING + "clams: all\n", 6, "", "clams", "claims"),
        (running("  addr", "  adr"), 3, "running: ", "adress", "address"),
        (running("{service: 10.0.0.1", "{servce: a"), 4, "running.primary: ", "servce", "service"),
        (RUNNING + "  figures: {adress: a}\n", 6, "running.figures: ", "adress", "address"),
        (STARTED + "  imgae: a\n", 4, "started: ", "imgae", "image"),
        (STARTED + "routes: {mirored: /a}\n", 4, "routes: ", "mirored", "mirrored"),
        (STARTED + "routes:\n  sampled: {shar: 1}\n", 5, "routes.sampled: ", "shar", "share"),
        (STARTED + "can: {relaod: SIGHUP}\n", 4, "can: ", "relaod", "reload"),
        (STARTED + "can:\n  count: {recieved: a}\n", 5, "can.count: ", "recieved", "received"),
    ]
]
MISSING = [
    (running("name: My gateway\n", "version: a\n"), ":1: name is missing"),
    (running(", control: 10.0.0.1:8081", ""), ":4: running.primary: control is missing"),
    (RUNNING.partition("  shadow")[0], ":3: running: shadow is missing"),
    ("name: My gateway\nstarted:\n  image: a\n", ":3: started: command is missing"),
    (STARTED + "routes:\n  sampled: {prefix: /a}\n", ":5: routes.sampled: share is missing"),
    (STARTED + "can: {count: {received: a, sent: b}}\n", ":4: can.count: path is missing"),
    (STARTED + "can: {count: {path: /a, sent: b}}\n", ":4: can.count: received is missing"),
    (RUNNING + "  figures: {address: a:1, password: b}\n", ":6: running.figures: user is missing"),
]
VALUES = [
    (running("My gateway", "x"), f":1: name: 'x' {_NAME}"),
    (running("My gateway", "'-a'"), f":1: name: '-a' {_NAME}"),
    (running("My gateway", r'"a\nb"'), rf":1: name: 'a\nb' {_NAME}"),
    (running("My gateway", "a" * 41), f":1: name: '{'a' * 41}' {_NAME}"),
    (running("My gateway", "2"), ":1: name: text is needed, not '2'"),
    (running("My gateway", "HAProxy"), ":1: name: HAProxy is in the catalogue: take another"),
    (RUNNING + "version: 2.8\n", ":6: version: text is needed, not '2.8'"),
    (RUNNING + "version:\n", ":6: version: text is needed, not nothing"),
    (
        RUNNING + "claims: [reload, exactly-onec]\n",
        f":6: claims[1]: 'exactly-onec' {_PROMISE}",
    ),
    (
        RUNNING + "claims: [xyz]\n",
        ":6: claims[0]: 'xyz' is no promise; features/ names them, as @promise.NAME",
    ),
    (RUNNING + "claims: most\n", ":6: claims: all, or a list of promises, is needed"),
    (RUNNING + "claims:\n", ":6: claims: all, or a list of promises, is needed"),
    (RUNNING + "claims:\n- reload\n- all\n", ":8: claims[1]: all stands alone, in no list"),
    (RUNNING + "claims: [1]\n", ":6: claims[0]: text is needed, not '1'"),
    (RUNNING + "routes: {mirrored: api}\n", ":6: routes.mirrored: 'api' does not begin with /"),
    (
        RUNNING + "routes: {mirrored: '/a?b'}\n",
        ":6: routes.mirrored: '/a?b' is no path: it has a blank, a query or an empty part",
    ),
    (
        RUNNING + "routes: {sampled: /a}\n",
        ":6: routes.sampled: keys with values are needed, not '/a'",
    ),
] + [
    (f"{RUNNING}routes:\n  {routes}\n", f":{line}: routes.{told} overlap")
    for routes, line, told in [
        ("mirrored: /api", 7, "mirrored: mirrored /api and sampled /api/v2"),
        ("mirrored: /", 7, "mirrored: mirrored / and sampled /api/v2"),
        ("unmirrored: /api/v1/", 7, "unmirrored: mirrored /api/v1 and unmirrored /api/v1"),
        ("mirrored: /a\n  unmirrored: /a/b", 8, "unmirrored: mirrored /a and unmirrored /a/b"),
        (
            "sampled:\n    prefix: /api\n    share: 1",
            8,
            "sampled: mirrored /api/v1 and sampled /api",
        ),
    ]
]
SHARES = [
    (f"{RUNNING}routes:\n  sampled:\n    prefix: /a\n    share: {value}\n", told)
    for value, told in {
        "0": ":9: routes.sampled.share: '0' is no share between 0 and 100",
        "100": ":9: routes.sampled.share: '100' is no share between 0 and 100",
        "101": ":9: routes.sampled.share: '101' is no share between 0 and 100",
        "-1": ":9: routes.sampled.share: '-1' is no share between 0 and 100",
        ".nan": ":9: routes.sampled.share: '.nan' is no share between 0 and 100",
        "half": ":9: routes.sampled.share: a number is needed, not 'half'",
        "50%": ":9: routes.sampled.share: a number is needed, not '50%'",
        "true": ":9: routes.sampled.share: a number is needed, not 'true'",
    }.items()
]
URLS = [
    (running("http://127.0.0.1:10004", value), f":3: running.address: '{value}' {told}")
    for value, told in {
        "127.0.0.1:10004": _URL,
        "ftp://gw:80": _URL,
        "http://gw:0": _URL,
        "http://gw:70000": _URL,
        "http://gw:8o": _URL,
        "http://::1:80": _URL,
        "http://[::1": _URL,
        "http://me:secret@gw:80": _URL,
        "http://": _URL,
        "https://gw:443": "is https: give the address for http, most clients here speak no TLS",
        "http://gw:80/api": "names more than an address: paths are said in routes",
        "http://gw:80/?a=b": "names more than an address: paths are said in routes",
        "http://gw#a": "names more than an address: paths are said in routes",
    }.items()
] + [(running("http://127.0.0.1:10004", "80"), ":3: running.address: text is needed, not '80'")]
ADDRESSES = [
    (
        running("service: 10.0.0.1:8080", f"service: '{value}'"),
        f""":4: running.primary.service: '{value}' is no address: say "host:port\"""",
    )
    for value in (
        *("gw", "gw:", ":80", "gw:0", "gw:70000", "gw:080", "gw:http", "http://gw:80", "gw:80/a"),
        *("::1:80", "[::1]", "[::::]:80", "[gw]:80", "1.2.3:80", "a..b:80", "-:80", "a b:80", ""),
    )
]
COMMANDS = [
    (started("sleep 5", value), f":3: started.command{told}")
    for value, told in {
        "": f": nothing {_AS_A_COMMAND}",
        "''": f": '' {_AS_A_COMMAND}",
        "' '": f": ' ' {_AS_A_COMMAND}",
        "[]": f": an empty list {_AS_A_COMMAND}",
        "['']": f": a list {_AS_A_COMMAND}",
        "5": f": '5' {_AS_A_COMMAND}",
        "[sleep, 5]": "[1]: text is needed, not '5'",
        "sleep 'a": """: "sleep 'a" is no command: no closing quotation""",
        r'"sleep \0"': r": 'sleep \x00' has a sign that no program can be given",
        "nonesuch -c a": ": there is no program 'nonesuch' here",
        "./nonesuch": ": there is no program './nonesuch' here",
        "/etc/passwd": ": there is no program '/etc/passwd' here",
    }.items()
]
STARTS = [
    (f"{STARTED}  {text}\n", f":4: started.{told}")
    for text, told in {
        "configuration: none.conf": "configuration: there is no file '/none.conf'",
        "configuration: .": "configuration: there is no file ''",
        r'configuration: "a\nb"': r"configuration: there is no file '/a\nb'",
        "configuration: /proc/self/mem": f"configuration: {_UNREADABLE}",
        "image: 1.5": "image: text is needed, not '1.5'",
        "environment: {A-B: c}": "environment.A-B: 'A-B' is no variable's name",
        "environment: {1A: c}": "environment.1A: '1A' is no variable's name",
        "environment: {5: c}": "environment.5: '5' is no variable's name",
        "environment: {A: 5}": "environment.A: text is needed, not '5'",
        "environment: [A=5]": "environment: keys with values are needed, not a list",
    }.items()
]
_NOT_FROM_HERE = "nobody is reloaded from here who runs elsewhere: leave it out"
CAN = [(f"{RUNNING}can: {{reload: SIGHUP}}\n", f":6: can: {_NOT_FROM_HERE}")]
CAN += [
    (f"{STARTED}can: {{{text}}}\n", f":4: can.{told}")
    for text, told in {
        "reload: ''": f"reload: '' {_AS_A_COMMAND}",
        "count: /f": "count: keys with values are needed, not '/f'",
        "count: {path: f, received: a, sent: b}": "count.path: 'f' does not begin with /",
        "count: {path: /, received: a b, sent: c}": f"count.received: 'a b' {_FIGURE}",
        "count: {path: /, received: a, sent: b, lost: c}": "count.lost: a list is needed, not 'c'",
    }.items()
]
WRONG = [*WHOLE, *KEYS, *MISSING, *VALUES, *SHARES, *URLS, *ADDRESSES, *COMMANDS, *STARTS, *CAN]


def outcome_of(text: str, directory: Path) -> str:
    """Return what a run says of a description, "" where it takes it; places as of /."""
    file = directory / "gateway.yaml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        parse({"gateway": str(file)})
    except FileError as reason:
        return str(reason).replace(str(directory), "")
    return ""


@pytest.mark.parametrize(("text", "told"), WRONG)
def test_a_mistake_is_told_with_its_place(text: str, told: str, tmp_path: Path) -> None:
    message = outcome_of(text, tmp_path)
    assert message == f"/gateway.yaml{told}"
    assert message.isprintable(), "it is one line"
    assert len(message) < 180


def test_a_container_needs_docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    told = outcome_of(STARTED + "  image: my/gateway:1\n", tmp_path)
    assert told == "/gateway.yaml:4: started.image: there is no program 'docker' here"


def test_a_file_within_the_directory_of_a_run_is_named_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "gateway.yaml").write_text("")
    with pytest.raises(FileError, match=r"^mine/gateway\.yaml: is empty$"):
        parse({"gateway": "mine/gateway.yaml"})


@pytest.mark.parametrize("name", ["stack", "gateways", "policy"])
def test_a_described_gateway_leaves_other_options_nothing_to_say(name: str) -> None:
    told = f"^-D {name} says nothing of a described gateway: leave it out$"
    with pytest.raises(OptionError, match=told):
        parse({"gateway": str(SCHEMA), name: "local"})


@pytest.mark.parametrize("value", ["", "/absent.yaml", str(ROOT)])
def test_a_description_that_is_not_there_is_told(value: str) -> None:
    with pytest.raises(OptionError) as told:
        parse({"gateway": value})
    assert str(told.value) == f"-D gateway={value}: there is no file there"
