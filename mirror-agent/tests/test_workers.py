"""Several workers: one port, one account, one policy."""

import os
import signal
from contextlib import ExitStack
from pathlib import Path

from mirror_recorder.testing import RecorderProcess, eventually

from .agent_process import Agent, free_port
from .conftest import CONFIG
from .test_shadow import ask


class Workers:
    """An agent with two workers needs ports that are known beforehand."""

    def __init__(self, stack: ExitStack, directory: Path, shadow: int) -> None:
        self.spoe, metrics = free_port(), free_port()
        text = CONFIG.format(port=shadow, spoe="", shadow="", more="workers: 2")
        for name, port in (("spoe", self.spoe), ("ring", free_port())):
            text = text.replace(
                f'{name}: {{listen: "127.0.0.1:0"', f'{name}: {{listen: "127.0.0.1:{port}"'
            )
        text = text.replace(
            'metrics: {listen: "127.0.0.1:0"', f'metrics: {{listen: "127.0.0.1:{metrics}"'
        )
        self.agent = stack.enter_context(Agent(directory, text))
        eventually(lambda: self.agent.get("/healthz")[0], lambda status: status == 200, 10)
        self.agent.ports["spoe"] = self.spoe

    def pids(self) -> set[int]:
        return {entry["process"] for entry in self.agent.log("ready") if "process" in entry}


def test_two_workers_share_the_load_and_have_one_account(
    recorder: RecorderProcess, stack: ExitStack, tmp_path: Path
) -> None:
    workers = Workers(stack, tmp_path, recorder.port)
    agent = workers.agent
    assert agent.figure("workers") == 2
    for _ in range(40):
        ask(agent, 5)
    assert agent.settled(200)["sent"] == 200
    assert len({entry["connection"] for entry in recorder.journal()}) >= 2
    agent.config.write_text(agent.config.read_text() + "routes: [{prefix: /, share: 0}]\n")
    agent.signal(signal.SIGHUP)
    eventually(lambda: len(agent.log("configuration loaded again")), lambda n: n == 2)
    for _ in range(10):
        ask(agent, 5)
    assert agent.settled(250)["sent"] == 200
    agent.signal(signal.SIGTERM)
    assert agent.wait() == 0
    assert len(agent.log("ended")) == 2


def test_a_dead_worker_is_replaced_and_its_figures_stay(
    recorder: RecorderProcess, stack: ExitStack, tmp_path: Path
) -> None:
    workers = Workers(stack, tmp_path, recorder.port)
    agent = workers.agent
    for _ in range(20):
        ask(agent, 5)
    agent.settled(100)
    os.kill(min(workers.pids()), signal.SIGKILL)
    eventually(lambda: len(workers.pids()), lambda n: n == 3, 10)
    eventually(lambda: agent.get("/healthz")[0], lambda status: status == 200, 10)
    assert agent.figure("worker_restarts_total") == 1
    for _ in range(20):
        ask(agent, 5)
    assert agent.settled(200)["sent"] == 200


def test_workers_end_with_their_supervisor(
    recorder: RecorderProcess, stack: ExitStack, tmp_path: Path
) -> None:
    workers = Workers(stack, tmp_path, recorder.port)
    pids = workers.pids()
    assert len(pids) == 2
    workers.agent.signal(signal.SIGKILL)
    eventually(
        lambda: [pid for pid in pids if Path(f"/proc/{pid}/exe").exists()], lambda p: not p, 10
    )
