"""The reference configuration, and what is said of a wrong one."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from features.support.errors import StackError
from features.support.paths import DOCKER
from features.support.wire.recorder import Recorder

from .conftest import StartGateway
from .harness import CONFIG, SCRIPT, check, replaced

pytestmark = pytest.mark.stack

README = SCRIPT.parent / "README.md"
TO = "setenv    MIRROR_TO      shadow\n"


def test_the_configuration_is_valid_without_a_warning() -> None:
    outcome = check()
    assert outcome.returncode == 0, outcome.stderr
    assert "WARNING" not in outcome.stderr


def test_all_but_mirroring_is_the_plain_configuration() -> None:
    """Routing is written once: what stands outside the marks is a copy of the plain file."""

    def settings(path: Path) -> list[str]:
        text = path.read_text()
        text = re.sub(r"^ *# >>> mirroring.*?# <<< mirroring\n", "", text, flags=re.DOTALL | re.M)
        return [line for line in text[text.index("\nglobal\n") :].splitlines() if line.strip()]

    assert settings(CONFIG) == settings(DOCKER / "haproxy" / "haproxy.cfg")


def test_the_script_tells_every_setting_it_reads() -> None:
    text = SCRIPT.read_text()
    head, _, code = text.partition("\nlocal ")
    told = set(re.findall(r"MIRROR_([A-Z_]+[A-Z])", head))
    assert told == set(re.findall(r'setting\("([A-Z_]+)"', code))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REMOVE", "Cookie; Authorization"),
        ("KEEP", "X-Ours: 1"),
        ("HOST", "shadow.example/path"),
        ("HEADER", "X Mirrored"),
        ("MARKER", "two words"),
        ("MAX_BODY", "16 MB"),
        ("QUEUE_ITEMS", "0"),
        ("QUEUE_BYTES", "-1"),
        ("CONNECTIONS", "many"),
        ("IDLE", "1.5s"),
        ("CONNECT_TIMEOUT", "1h"),
        ("ANSWER_TIMEOUT", "s"),
        ("FAILURES", "5x"),
        ("RETRY", "0"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_name(name: str, value: str) -> None:
    outcome = check({f"MIRROR_{name}": value})
    assert outcome.returncode != 0
    assert re.search(
        rf"mirror\.lua: MIRROR_{name} is '{re.escape(value)}', but must be ", outcome.stderr
    ), outcome.stderr


@pytest.mark.parametrize("names", ["shadow,back-end", ","])
def test_wrong_names_of_shadows_are_refused(names: str, tmp_path: Path) -> None:
    config = tmp_path / "names.cfg"
    config.write_text(replaced(CONFIG.read_text(), TO, f'setenv MIRROR_TO "{names}"\n'))
    outcome = check(config=config)
    assert outcome.returncode != 0
    assert f"mirror.lua: MIRROR_TO is '{names}', but must be " in outcome.stderr


@pytest.mark.parametrize(
    "settings",
    [
        {"MIRROR_MAX_BODY": "1024", "MIRROR_QUEUE_BYTES": "2g"},
        {"MIRROR_IDLE": "250", "MIRROR_RETRY": "1m", "MIRROR_CONNECT_TIMEOUT": "20ms"},
        {"MIRROR_REMOVE": "", "MIRROR_MARKER": ""},
        {"MIRROR_REMOVE": "Cookie, X-A  x_b"},
    ],
)
def test_settings_have_units_and_empty_means_default(settings: dict[str, str]) -> None:
    outcome = check(settings)
    assert outcome.returncode == 0, outcome.stderr


def test_the_script_refuses_a_state_that_threads_share(tmp_path: Path) -> None:
    config = tmp_path / "shared.cfg"
    config.write_text(replaced(CONFIG.read_text(), "lua-load-per-thread", "lua-load"))
    outcome = check(config=config)
    assert outcome.returncode != 0
    assert "load it with lua-load-per-thread" in outcome.stderr


def test_haproxy_does_not_start_for_a_shadow_that_is_no_backend(
    start: StartGateway, shadow: Recorder
) -> None:
    with pytest.raises(StackError, match="names 'nowhere', but there is no such backend"):
        start(
            shadow.service.port,
            lambda text: replaced(text, TO, 'setenv MIRROR_TO "shadow nowhere"\n'),
        )


def test_the_configuration_takes_a_shadow_whose_name_does_not_resolve(start: StartGateway) -> None:
    """It starts without the shadow's address, and counts what it cannot copy."""
    gateway = start(1, SHADOW="shadow.invalid:80")
    assert gateway.ask() == 200
    gateway.settled(shadow_down=1, seen=1)


def test_the_version_is_one(start: StartGateway) -> None:
    (version,) = re.findall(r'^local VERSION = "(.*?)"', SCRIPT.read_text(), re.M)
    assert SCRIPT.read_text().startswith(f"-- mirror.lua {version}: ")
    assert f"mirror.lua {version}" in README.read_text()
    assert f'haproxy_mirror_info{{version="{version}"}} 1\n' in start(1).fetch("/mirroring")


def test_the_readme_tells_every_setting_that_the_script_tells() -> None:
    told = set(re.findall(r"^--   (MIRROR_[A-Z_]+)", SCRIPT.read_text(), re.M))
    assert told == set(re.findall(r"^\| `(MIRROR_[A-Z_]+)`", README.read_text(), re.M))


@pytest.mark.skipif(not shutil.which("luac5.4"), reason="needs luac5.4: apt install lua5.4")
def test_luac_finds_nothing_global() -> None:
    """A forgotten `local` would be shared by accident. Names of HAProxy's API are the exception."""
    listing = subprocess.run(
        ["luac5.4", "-l", "-l", "-p", str(SCRIPT)], capture_output=True, text=True, check=False
    )
    assert listing.returncode == 0, listing.stderr
    assert not re.findall(r"SETTABUP.*_ENV", listing.stdout)
