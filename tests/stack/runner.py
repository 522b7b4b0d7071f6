"""A run, of behave or another program, as a user starts it, and whatever it may leave behind."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import psutil

from features.support.waiting import eventually
from tests.runs import ROOT, finish

_MARK = "MIRRORING_SPEC_TEST_RUN"
# Where the tests run in the background, they are deaf to these signals, and so were the run.
_HEARING = ("env", "--default-signal=INT,HUP")
BEHAVE = (sys.executable, "-u", "-m", "behave", "-f", "progress3", "-o", os.devnull)


class UserRun:
    """One run in a process group of its own; every process it starts bears its mark."""

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str] | None = None,
        program: Sequence[str] = BEHAVE,
    ) -> None:
        self._mark = uuid4().hex
        self._in_containers = "stack=docker" in arguments
        self._seen: set[int] = set()  # processes; workers of the run have stacks of their own
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop
        self.process = subprocess.Popen(
            [*_HEARING, *program, *arguments],
            cwd=ROOT,
            env={**os.environ, **(environment or {}), _MARK: self._mark},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def output(self) -> str:
        """Return what the run has printed so far."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def await_services(self, count: int = 3) -> None:
        """Wait until so many processes or containers of the run exist."""
        eventually(
            lambda: len(self.containers() if self._in_containers else self.processes()[1:]),
            until=lambda seen: seen >= count or self.process.poll() is not None,
            within=60,
            what="the start of the run's services",
        )
        assert self.process.poll() is None, self.output

    def send(self, number: signal.Signals) -> int:
        """Send a signal to the run alone, and return the exit code it ends with."""
        self.processes()
        self.process.send_signal(number)
        return self.wait()

    def wait(self, within: float = 90) -> int:
        """Return the exit code."""
        return self.process.wait(within)

    def stop(self) -> None:
        """End whatever is left of the run."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(10)
        for kind in ("container", "network"):
            left = self._labelled(kind)
            if left:
                force = ["--force"] if kind == "container" else []
                subprocess.run(["docker", kind, "rm", *force, *left], check=False)
        self._log.close()

    def processes(self) -> list[int]:
        """List the living processes that the run has started, itself included."""
        living = sorted(each.pid for each in psutil.process_iter() if self._own(each))
        self._seen |= {self.process.pid, *living}
        return living

    def containers(self) -> list[str]:
        """List the containers of the run."""
        return self._labelled("container")

    def left_behind(self) -> list[str]:
        """Name everything that the run has left: processes, directories, containers, networks."""
        living = self.processes()
        here = Path(tempfile.gettempdir())
        directories = [each for pid in self._seen for each in here.glob(f"mirroring-spec-{pid}-*")]
        return [
            *(f"process {pid}" for pid in living),
            *(str(directory) for directory in directories),
            *(f"container {each}" for each in self.containers()),
            *(f"network {each}" for each in self._labelled("network")),
        ]

    def _labelled(self, kind: str) -> list[str]:
        self.processes()
        return _labelled(kind, [f"/{pid}/" for pid in self._seen])

    def _own(self, process: psutil.Process) -> bool:
        try:
            ended = process.status() == psutil.STATUS_ZOMBIE
            return not ended and process.environ().get(_MARK) == self._mark
        except psutil.Error:
            return False


def _labelled(kind: str, owners: Sequence[str]) -> list[str]:
    label = "mirroring-spec.owner"
    every = ["--all"] if kind == "container" else []
    form = f'{{{{.ID}}}} {{{{.Label "{label}"}}}}'
    command = ["docker", kind, "ls", *every, "--filter", f"label={label}", "--format", form]
    try:
        listed = finish(*command)
    except FileNotFoundError:
        return []
    lines = listed.stdout.splitlines()
    return [line.split()[0] for line in lines if any(owner in line for owner in owners)]


def telling(lines: Iterable[str], word: str) -> list[str]:
    """Return the lines that contain a word."""
    return [line for line in lines if word in line]
