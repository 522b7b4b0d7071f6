"""The two recorders that somebody points a gateway of their own at (make recorders)."""

import math
import os
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from pathlib import Path

from features.support.errors import StackError
from features.support.stack import ports, scratch, signals
from features.support.stack.process import Process
from features.support.stack.service import RECORDERS, Service
from features.support.waiting import watch
from features.support.wire.client import Address
from features.support.wire.recorder import TOKEN, Recorder

_DEFAULTS = (ports.LOOPBACK, "18080")
_USED = ("service", "control")  # ports of a recorder, in the order of their numbers
_ANY_PORT, _LAST_PORT = 0, 65535
_LOOK_EVERY = 1.0  # second
_FILE = "my-gateway.yaml"
_TEXT = """\
Both recorders answer. Let your gateway send
  requests to the primary, http://{primary[service]}
  copies to the shadow, http://{shadow[service]}
{notes}
Describe your gateway in a file, {file}:

name: My gateway
running:
  address: http://127.0.0.1:10004   # where clients reach it
  primary: {{service: "{primary[service]}", control: "{primary[control]}"}}
  shadow: {{service: "{shadow[service]}", control: "{shadow[control]}"}}

Then, in another terminal:

  {command}

Ctrl-C stops the recorders.
"""

Addresses = Mapping[str, Mapping[str, Address]]


def main(arguments: list[str]) -> int:
    """Run both recorders until a signal comes; what is in the way is told in one line."""
    if len(arguments) > len(_DEFAULTS):
        print(f"say HOST and PORT, or nothing for {' '.join(_DEFAULTS)}", file=sys.stderr)
        return 2
    signals.prepare()
    host, port = (*arguments, *_DEFAULTS[len(arguments) :])
    try:
        _run(_own(host), _first(port))
    except StackError as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        signals.tell("The recorders have been stopped.")
    return 0


def _run(host: str, first: int) -> None:
    """Run the recorders until one of them ends by itself, which is a StackError."""
    addresses = _addresses(host, first)
    for each in _all(addresses):
        ports.claim(each.port, "PORT", host)
    with _processes(addresses) as processes:
        for name, process in processes.items():
            process.start([each.port for each in addresses[name].values()], host)
            _await_answer(name, addresses[name])
        print(_told(addresses, host), end="", flush=True)
        ended = watch(
            lambda: next((each for each in processes.values() if not each.running), None),
            until=bool,
            within=math.inf,
            every=_LOOK_EVERY,
        ).value
        if ended:
            raise StackError(f"{ended.name} has ended, so both are stopped{ended.tail()}")


@contextmanager
def _processes(addresses: Addresses) -> Iterator[dict[str, Process]]:
    """Describe the processes, not started yet; stop what runs, and remove its logs, at the end."""
    scratch.sweep()
    logs = scratch.directory(keep=False)
    processes: dict[str, Process] = {}
    try:
        logs.mkdir()
        for each in RECORDERS:
            processes[each.name] = _process(each, addresses[each.name], logs)
        yield processes
    finally:
        signals.hold_off()
        for process in reversed(processes.values()):
            process.stop()
        shutil.rmtree(logs, ignore_errors=True)


def _process(recorder: Service, addresses: Mapping[str, Address], logs: Path) -> Process:
    binds = {
        port.variable: str(addresses[name]) if name in addresses else ""
        for name, port in recorder.ports.items()
    }
    return Process(
        f"the {recorder.name}'s recorder",
        [word.replace("{python}", sys.executable) for word in recorder.command],
        {**recorder.environment, **binds, **_token(addresses)},
        logs / f"{recorder.name}.log",
    )


def _token(addresses: Mapping[str, Address]) -> dict[str, str]:
    """Return the token that changes need where more than this machine reaches the recorder."""
    return {} if _is_local(addresses["control"].host) else {"RECORDER_TOKEN": TOKEN}


def _await_answer(name: str, addresses: Mapping[str, Address]) -> None:
    """Ask a recorder; raises StackError when it does not answer."""
    recorder = Recorder(name, addresses.__getitem__)
    try:
        recorder.faults()
    finally:
        recorder.close()


def _addresses(host: str, first: int) -> Addresses:
    """Give each recorder its ports, one number after the other."""
    numbers = iter(range(first, _LAST_PORT + 1))
    return {each.name: {name: Address(host, next(numbers)) for name in _USED} for each in RECORDERS}


def _all(addresses: Addresses) -> list[Address]:
    return [each for of_one in addresses.values() for each in of_one.values()]


def _own(host: str) -> str:
    """Return the address of this machine that HOST names; raises StackError, in one line."""
    named: set[str] = set()
    with suppress(OSError, UnicodeError):  # nobody has the name, or it cannot be one
        found = socket.getaddrinfo(host.strip("[]"), 0, type=socket.SOCK_STREAM)
        named = {str(address[0]) for *_, address in found}
    for address in sorted(named, key=lambda each: ":" in each):  # IPv4 before IPv6
        if ports.is_free(_ANY_PORT, address):
            return address
    raise StackError(
        f"HOST={host} is no address of this machine: give one that it has, "
        "127.0.0.1 for itself alone, or 0.0.0.0 for all"
    )


def _first(port: str) -> int:
    """Return the first of the ports; raises StackError, in one line."""
    first, last = ports.named("PORT", port), _LAST_PORT + 1 - len(RECORDERS) * len(_USED)
    if first > last:
        raise StackError(
            f"PORT={port}: give a port up to {last}, as it takes the three after it, too"
        )
    return first


def _is_local(host: str) -> bool:
    return ip_address(host.partition("%")[0]).is_loopback


def _told(addresses: Addresses, host: str) -> str:
    """Say what to configure, and what to do next."""
    command = f"make try GATEWAY={_FILE}"
    if not _is_local(host) and not _token_is_given():
        command = f"RECORDER_TOKEN={TOKEN} {command}"
    notes = "".join(f"\n{note}\n" for note in _notes(host))
    return _TEXT.format(**addresses, file=_FILE, command=command, notes=notes)


def _notes(host: str) -> Iterator[str]:
    if ip_address(host.partition("%")[0]).is_unspecified:
        shown = f"[{host}]" if ":" in host else host
        yield (
            f"They listen on all addresses: in the place of {shown} put this machine's own\n"
            "in your gateway's configuration and in the file below."
        )
    if not _is_local(host):
        yield "Whoever reaches their ports can read what they received, with all headers."
    if _token_is_given():
        yield "RECORDER_TOKEN is set: set it to the same where you run the command below."


def _token_is_given() -> bool:
    return bool(os.environ.get("RECORDER_TOKEN"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
