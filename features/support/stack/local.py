"""A stack of processes on this machine, on ports that the kernel chose."""

import getpass
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from features.support.errors import MissingAbilityError, StackError
from features.support.stack import ports, programs, scratch
from features.support.stack.base import Execution, Stack, own_credentials
from features.support.stack.process import Process
from features.support.stack.service import Program, Service, Topology
from features.support.stack.settings import Settings
from features.support.waiting import patient
from features.support.wire.client import Address

_HOST = "127.0.0.1"
_EXEC_WITHIN = 20.0


class LocalStack(Stack):
    """Services as child processes; logs and scratch files in a directory of this run."""

    kind = "local"

    def __init__(self, settings: Settings) -> None:
        self._user, self._password = own_credentials()
        super().__init__((self._user, self._password))
        self._settings = settings
        self._addresses: dict[tuple[str, str], Address] = {}
        self._processes: dict[str, Process] = {}
        self._versions: dict[str, str] = {}
        self._made: Path | None = None
        self._making = threading.Lock()

    def _why_not(self, gateway: Topology) -> str | None:
        """Return which program is missing, if one is."""
        for service in gateway.services:
            if service.named_by:
                return f"{service.title} comes in a container image only: -D stack=docker plays it"
            if service.program and self._find(service.program) is None:
                return programs.why_missing(service.program)
            if service.check:
                environment = {k: self._fill(v, service) for k, v in service.environment.items()}
                reason = programs.complaint(service.check, environment)
                if reason:
                    return reason
        return None

    def _start_services(self, services: Sequence[Service]) -> None:
        new = [each for each in services if each.name not in self._processes]
        for service in new:
            for name, port in service.ports.items():
                self._addresses[service.name, name] = Address(
                    _HOST, ports.asked_for(port.published) or ports.free_port()
                )
        for service in new:
            process = Process(
                service.name,
                [self._fill(word, service) for word in service.command],
                self._environment(service),
                self._directory / f"{service.name}.log",
                outlives_the_run=self._settings.keep,
            )
            self._processes[service.name] = process
            process.start(self._ports_of(service))

    def outlook(self, gateways: Sequence[Topology]) -> list[str]:
        """Return the versions of the gateways' programs."""
        fronts = [(g.name, s) for g in gateways for s in g.services if s.name == g.front]
        with ThreadPoolExecutor() as pool:  # some take a quarter of a second to answer
            versions = pool.map(self.version, [service for _, service in fronts])
            return [f"{name} {said}" for (name, _), said in zip(fronts, versions, strict=True)]

    def address(self, service: str, port: str) -> Address:
        """Return the address on loopback."""
        if service in self._services and port not in self._services[service].ports:
            raise MissingAbilityError(f"{self._services[service].title} opens no {port} port")
        if (service, port) not in self._addresses:
            raise StackError(f"{service} has not been started, so it has no {port} port")
        return self._addresses[service, port]

    def address_inside(self, service: str, port: str) -> str:
        """Return the same address: all services are on this machine."""
        return str(self.address(service, port))

    def stop(self, service: str) -> None:
        """Terminate the process; its addresses stay its own."""
        self._processes[service].stop()
        self._remove(self.service(service))

    def restore(self, service: str) -> None:
        """Start the program again on its old ports; one that runs is left alone."""
        if not self._processes[service].running:
            self._processes[service].start(self._ports_of(self.service(service)))

    def pause(self, service: str) -> None:
        """Send SIGSTOP to the program and its workers."""
        self._processes[service].signal(signal.SIGSTOP, workers_too=True)

    def resume(self, service: str) -> None:
        """Send SIGCONT to the program and its workers."""
        self._processes[service].signal(signal.SIGCONT, workers_too=True)

    def _signal_reload(self, service: str, number: signal.Signals) -> None:
        self._processes[service].signal(number)

    def configuration(self, service: str) -> Path:
        """Return the file in the directory of this run; the whole directory is copied at first."""
        return self._configuration(self.service(service))

    def _configuration(self, service: Service) -> Path:
        original = service.configuration
        if original is None:
            raise MissingAbilityError(f"{service.name} has no configuration file")
        own = scratch.copied(original.parent, self._directory / original.parent.name)
        return own / original.name

    def mark(self) -> None:
        """Remember how long each log is."""
        for process in self._processes.values():
            process.mark()

    def logs(self, service: str, *, whole: bool = False) -> str:
        """Return the process's output."""
        return self._processes[service].log(whole=whole) if service in self._processes else ""

    def logged_since(self, service: str, place: str) -> tuple[str, str]:  # noqa: ARG002
        """Return all of the file, which is quick to read."""
        return self.logs(service, whole=True), ""

    def exec(
        self, service: str, argv: Sequence[str], files: Mapping[str, str] | None = None
    ) -> Execution:
        """Run the command beside the service, with the environment that the service has."""
        described = self.service(service)
        with tempfile.TemporaryDirectory(dir=self._directory) as scratch:
            for name, text in (files or {}).items():
                (Path(scratch) / name).write_text(text)
            command = [self._fill(word, described, {"files": scratch}) for word in argv]
            try:
                done = subprocess.run(
                    command,
                    env={**os.environ, **self._environment(described)},
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    timeout=patient(_EXEC_WITHIN),
                    check=False,
                )
            except (OSError, subprocess.TimeoutExpired) as reason:
                raise StackError(f"{' '.join(command)}: {reason}") from None
        return Execution(done.returncode, done.stdout)

    def processes(self, service: str) -> str:
        """Return the program and all it started, where that is a child of this run."""
        described = self.service(service)
        if not described.owns_ports:
            raise MissingAbilityError(f"{described.title} is no process of this run")
        return " ".join(str(each.pid) for each in self._processes[service].family())

    def versions(self) -> dict[str, str]:
        """Ask each program that was started."""
        described = [self.service(name) for name in self._processes]
        return {each.title: self.version(each) for each in described}

    def down(self) -> None:
        """Stop the processes, the last started first, and remove the directory of the run."""
        for name in reversed(self._processes):
            self.stop(name)
        if self._made:
            shutil.rmtree(self._made, ignore_errors=True)
            self._made = None

    def _remove(self, service: Service) -> None:
        """Remove what may outlive a service's process; mostly there is nothing any more."""
        if service.removal:
            subprocess.run(service.removal, capture_output=True, timeout=_EXEC_WITHIN, check=False)

    def how_to_reach(self) -> list[str]:
        """Tell the addresses, the processes and where the logs are."""
        if not self._made:
            return []
        running = {name: each.pid for name, each in self._processes.items() if each.running}
        lines = [self._url(name, port) for name, port in self._addresses if name in running]
        kill = f"kill {' '.join(map(str, running.values()))} && " if running else ""
        return [*lines, f"logs: {self._made}", f"to stop it: {kill}rm -r {self._made}"]

    def _scratch(self, service: str) -> Path:
        """Return a directory for what a service itself writes."""
        made = self._directory / f"{service}.scratch"
        made.mkdir(exist_ok=True)
        return made

    @property
    def _directory(self) -> Path:
        """Return the directory of this run, which is made when it is needed."""
        with self._making:  # versions are asked for side by side
            if self._made is None:
                self._made = scratch.directory(keep=self._settings.keep)
                self._made.mkdir()
            return self._made

    @property
    def _certificate(self) -> Path:
        """Return the file with the gateways' certificate and its key."""
        return self.authority.certify(self._directory / "gateway.pem")

    def version(self, service: Service) -> str:
        """Ask a program for its version, once, whether it was started or not."""
        if service.name not in self._versions:
            self._versions[service.name] = programs.version(*self._asking(service))
        return self._versions[service.name]

    def _asking(self, service: Service) -> tuple[list[str], dict[str, str]]:
        """Return the command that a program tells its version for, and its environment."""
        environment = {k: self._fill(v, service) for k, v in service.environment.items()}
        return [self._fill(word, service) for word in service.version], environment

    def _find(self, program: Program) -> Path | None:
        return programs.find(program, self._settings.programs.get(program.name))

    def _fill(self, word: str, service: Service, known: Mapping[str, str] | None = None) -> str:
        values = {
            "{python}": sys.executable,
            "{user}": getpass.getuser(),
            "{stats.user}": self._user,
            "{stats.password}": self._password,
            "{marker}": self.marker,
            **{f"{{{k}}}": v for k, v in (known or {}).items()},
        }
        if "{program}" in word and service.program:
            values["{program}"] = str(self._find(service.program))
        if "{configuration}" in word:
            values["{configuration}"] = str(self._configuration(service))
        if "{configurations}" in word:
            values["{configurations}"] = str(self._configuration(service).parent)
        if "{certificate}" in word:
            values["{certificate}"] = str(self._certificate)
        if "{scratch}" in word:
            values["{scratch}"] = str(self._scratch(service.name))
        for name, address in self._addresses.items():
            values[f"{{{name[0]}.{name[1]}}}"] = str(address)
        for placeholder, value in values.items():
            word = word.replace(placeholder, value)
        return word

    def _environment(self, service: Service) -> dict[str, str]:
        own = {key: self._fill(value, service) for key, value in service.environment.items()}
        binds = {p.variable: str(self.address(service.name, n)) for n, p in service.ports.items()}
        return own | binds

    def _ports_of(self, service: Service) -> list[int]:
        return [
            self.address(service.name, name).port
            for name, port in service.ports.items()
            if service.owns_ports and not port.spare
        ]
