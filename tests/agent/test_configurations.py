"""HAProxy's configurations for the agent: valid without a warning, and plain but for mirroring."""

import re
from pathlib import Path

import pytest

from features.support.gateways.haproxy_family import PROGRAM
from features.support.paths import DOCKER
from features.support.stack.programs import find
from tests.runs import finish

WAYS = ("spoe", "ring")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("marker", ["", "secret"])
def test_the_configuration_is_valid_without_a_warning(way: str, marker: str) -> None:
    environment = {"MIRROR_MARKER": marker} if marker else {}
    config = DOCKER / f"haproxy-{way}" / "haproxy.cfg"
    outcome = finish(str(find(PROGRAM)), "-dW", "-c", "-f", config, environment=environment)
    assert outcome.returncode == 0, outcome.stderr
    assert "WARNING" not in outcome.stderr


@pytest.mark.parametrize("way", WAYS)
def test_all_but_mirroring_is_the_plain_configuration(way: str) -> None:
    """Routing is written once: what stands outside the marks is a copy of the plain file."""

    def settings(path: Path) -> list[str]:
        text = path.read_text()
        text = re.sub(r"^ *# >>> mirroring.*?# <<< mirroring\n", "", text, flags=re.DOTALL | re.M)
        return [line for line in text[text.index("\nglobal\n") :].splitlines() if line.strip()]

    plain = DOCKER / "haproxy" / "haproxy.cfg"
    assert settings(DOCKER / f"haproxy-{way}" / "haproxy.cfg") == settings(plain)
