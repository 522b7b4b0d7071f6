"""HAProxy with GoReplay, started once for all tests that leave it as it was."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .rig import DOCKER, START, Program, Rig, eventually, free_address, listens, read

START_SCRIPT = DOCKER / "goreplay" / "goreplay.sh"
_SAMPLE = re.compile(r"goreplay_mirror_(\w+?)(?:_total)?(?:\{\w+=\"(\w+)\"\})? (\d+)")
Account = dict[str, int]


class GoReplay(Rig):
    """The rig with GoReplay, as its start script runs it."""

    gor: Program

    def _start_tool(self) -> None:
        self.environment |= {"METRICS_BIND": free_address(), "PYTHON": sys.executable}
        self.start_gor()

    def start_gor(self) -> None:
        """Start GoReplay, after it was killed also."""
        self.gor = self.run("gor", [str(START_SCRIPT)])
        eventually(lambda: listens(self.environment["METRICS_BIND"]), bool, START)

    def account(self) -> Account:
        """The account: figures, and reasons such as dropped.incomplete."""
        page = read(f"http://{self.environment['METRICS_BIND']}/metrics")
        return {
            f"{name}.{label}" if label else name: int(value)
            for name, label, value in _SAMPLE.findall(page)
        }

    def settled(self, within: float = 10.0) -> Account:
        """The account once nothing is in flight; checks that it adds up."""
        account = eventually(self.account, lambda a: a["in_flight"] == 0, within)
        ends = [n for key, n in account.items() if key.startswith(("sent", "dropped", "failed"))]
        assert account["received"] == sum(ends)
        return account


def why_not() -> str | None:
    """Why GoReplay cannot run here."""
    environment = {**os.environ, "PYTHON": sys.executable}
    done = subprocess.run(
        [str(START_SCRIPT), "--check"], env=environment, capture_output=True, text=True, check=False
    )
    return done.stderr.strip() if done.returncode else None


@pytest.fixture(scope="session")
def needs_gor() -> None:
    reason = why_not()
    if reason:
        pytest.skip(reason)


StartRig = Callable[..., GoReplay]


@pytest.fixture
def start(needs_gor: None, tmp_path: Path) -> Iterator[StartRig]:
    """Starts a rig of a test's own, with settings."""
    started: list[GoReplay] = []

    def start_one(**settings: str) -> GoReplay:
        started.append(GoReplay(DOCKER / "goreplay" / "haproxy.cfg", tmp_path, settings))
        return started[-1]

    yield start_one
    for rig in started:
        rig.close()


@pytest.fixture(scope="module")
def shared(needs_gor: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GoReplay]:
    settings = {"MIRROR_MARKER": "a-secret", "SHADOW_TIMEOUT": "2"}
    rig = GoReplay(DOCKER / "goreplay" / "haproxy.cfg", tmp_path_factory.mktemp("gor"), settings)
    yield rig
    rig.close()


@pytest.fixture
def rig(shared: GoReplay) -> Iterator[GoReplay]:
    """The rig of the module, behaving, with empty journals."""
    yield shared
    shared.reset()
    shared.settled()
