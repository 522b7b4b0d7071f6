"""One service of a local stack as a process of this run."""

import os
import resource
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from features.support.errors import StackError
from features.support.stack import ports, signals
from features.support.stack.guard import GUARD
from features.support.waiting import watch

_START_WITHIN = 10.0
_STOP_WITHIN = 5.0
_LOG_TAIL = 15


class Process:
    """A program with a log, that is known to own its ports and, if not kept, dies with this run."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        *,
        outlives_the_run: bool = False,
    ) -> None:
        self.name = name
        self._argv = list(argv)
        self._environment = {**os.environ, **environment}
        self._log = log
        self._outlives_the_run = outlives_the_run
        self._child: subprocess.Popen[bytes] | None = None
        self._mark = 0

    @property
    def running(self) -> bool:
        """Tell whether the program runs."""
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int | None:
        """Return the process id, None while it is stopped."""
        return self._child.pid if self._child else None

    def family(self) -> list[psutil.Process]:
        """Return the program and all it started, which share its session."""
        leader = self.pid
        return [each for each in psutil.process_iter() if leader and _session(each.pid) == leader]

    def start(self, listening: Sequence[int], host: str = ports.LOOPBACK) -> None:
        """Start the program and wait until it, and nobody else, listens on the ports of a host."""
        try:
            self._child = self._spawn()
        except OSError as reason:
            raise StackError(f"{self.name} cannot be run: {reason}") from None
        if not self._outlives_the_run:
            GUARD.begin(self._child.pid)
        outcome = watch(
            lambda: self._state(listening, host), lambda s: s != "starting", _START_WITHIN
        )
        if outcome.value != "listening":
            what = outcome.value.replace("starting", f"does not listen on {listening}")
            raise StackError(f"{self.name} {what} ({outcome.elapsed:.1f} s){self.tail()}")

    def signal(self, number: signal.Signals, *, workers_too: bool = False) -> None:
        """Send a signal to the program, or to it and all it started."""
        if self._child is None or not self.running:
            raise StackError(f"{self.name} does not run, so {number.name} cannot be sent to it")
        (os.killpg if workers_too else os.kill)(self._child.pid, number)

    def stop(self) -> None:
        """Stop the program, and all it started: politely, then by force."""
        if self._child is None:
            return
        if self.running:
            _signal_group(self._child.pid, signal.SIGCONT)
            self._child.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(_STOP_WITHIN)
        _signal_group(self._child.pid, signal.SIGKILL)
        self._child.wait()
        GUARD.end(self._child.pid)
        self._child = None  # its number may soon be another's, who must not get a signal

    def log(self, *, whole: bool = False) -> str:
        """Return what the program wrote since the mark, or from its first start on."""
        if not self._log.exists():
            return ""
        with self._log.open("rb") as log:
            log.seek(0 if whole else self._mark)
            return log.read().decode(errors="replace")

    def tail(self) -> str:
        """Return the last lines of the log, to end a message with; "" when there are none."""
        lines = self.log(whole=True).splitlines()[-_LOG_TAIL:]
        return "; its log:" + "".join(f"\n  {line}" for line in lines) if lines else ""

    def mark(self) -> None:
        """Remember how long the log is now, so that it can be read from here."""
        self._mark = self._log.stat().st_size if self._log.exists() else 0

    def _spawn(self) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            return subprocess.Popen(
                self._argv,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the run; the run stops its services
                preexec_fn=_many_files if self._outlives_the_run else _many_files_and_one_life,  # noqa: PLW1509 - no thread runs while services start
            )

    def _state(self, listening: Sequence[int], host: str) -> str:
        if self._child is None or not self.running:
            code = self._child.returncode if self._child else None
            return f"ended at once with exit code {code}"
        owners = ports.owners(listening, host)
        if any(pid is None for pid in owners.values()):
            return "starting"
        for port, pid in owners.items():
            if not ports.descends(pid, self._child.pid):
                holder = ports.describe_owner(port, host)
                return f"cannot have port {port}, held by {holder},"
        return "listening"


def _many_files_and_one_life() -> None:
    signals.end_with_parent(signal.SIGKILL)  # the service dies when this run is killed
    _many_files()


def _many_files() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:  # it has ended meanwhile
        return None


def _signal_group(leader: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader, number)
