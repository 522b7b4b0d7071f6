"""Agents and recorders for the tests of the agent."""

import mmap
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings
from mirror_recorder.testing import RecorderProcess

from .agent_process import PACKAGE, Agent

# How long one example takes depends on what else this machine does.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

StartAgent = Callable[..., Agent]
Leap = Callable[[float, float], None]

CONFIG = """
inputs:
  spoe: {{listen: "127.0.0.1:0"{spoe}}}
  ring: {{listen: "127.0.0.1:0"}}
metrics: {{listen: "127.0.0.1:0"}}
shadows:
  - {{name: shadow, address: "127.0.0.1:{port}"{shadow}}}
{more}
"""


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Ends what a test started, last first."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def recorder(stack: ExitStack) -> RecorderProcess:
    """A recorder that plays the shadow."""
    return stack.enter_context(RecorderProcess())


@pytest.fixture
def leap(tmp_path: Path, stack: ExitStack) -> Leap:
    """Lets both clocks of agents leap that are started afterwards: the wall's, the steady one."""
    (tmp_path / "clock").write_bytes(bytes(16))
    file = stack.enter_context((tmp_path / "clock").open("r+b"))
    page = stack.enter_context(mmap.mmap(file.fileno(), 16))
    now = [0.0, 0.0]

    def leap(wall: float, steady: float) -> None:
        now[:] = [now[0] + wall, now[1] + steady]
        struct.pack_into("dd", page, 0, *now)

    return leap


@pytest.fixture
def start_agent(stack: ExitStack, tmp_path: Path) -> StartAgent:
    """Starts an agent for a shadow's port; spoe, shadow and more extend its configuration."""
    clock = tmp_path / "clock"

    def start(port: int, *flags: str, spoe: str = "", shadow: str = "", more: str = "") -> Agent:
        text = CONFIG.format(port=port, spoe=spoe, shadow=shadow, more=more)
        path = f"{Path(__file__).parent / 'leaping'}:{PACKAGE}"
        leaping = {"PYTHONPATH": path, "AGENT_CLOCK": str(clock)} if clock.exists() else {}
        return stack.enter_context(Agent(tmp_path, text, *flags, **leaping))

    return start


@pytest.fixture
def agent(recorder: RecorderProcess, start_agent: StartAgent) -> Agent:
    """An agent that mirrors all to the recorder."""
    return start_agent(recorder.port)
