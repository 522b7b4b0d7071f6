"""A recorder: plays primary or shadow, journals what it receives, misbehaves on demand.

Example: python3 -m mirror_recorder --name primary --listen 127.0.0.1:8080 --control 127.0.0.1:8081
Each flag's default comes from the environment: RECORDER_NAME, _LISTEN, _SECOND, _CONTROL, _JOURNAL.
"""

import argparse
import asyncio
import os
import resource
import signal
import socket
import sys
from contextlib import ExitStack
from dataclasses import dataclass

from aiohttp import web

from mirror_recorder.control import application
from mirror_recorder.journal import Journal
from mirror_recorder.service import Service, bound_socket

Address = tuple[str, int]


class StartError(Exception):
    """Why a recorder cannot start, in one line."""


@dataclass(frozen=True, slots=True)
class Options:
    """The command line: addresses as (host, port), the journal's size in entries."""

    name: str
    listen: Address
    second: Address | None
    control: Address
    journal: int


def parse_options(arguments: list[str]) -> Options:
    """Read the command line and the environment; exits with 2 and one line when it is wrong."""
    parser = argparse.ArgumentParser("recorder.py", description=__doc__.splitlines()[0])
    environment = os.environ.get
    for flag, default, kind, text in (
        ("name", "primary", _name, "the service's name, said in answers and journal"),
        ("listen", "127.0.0.1:8080", _address, "service port, host:port; empty host = all"),
        ("second", "", _no_address, "one more service port, for who captures only what goes there"),
        ("control", "127.0.0.1:8081", _address, "control port, host:port; empty host = all"),
        ("journal", "100000", _size, "how many requests to remember"),
    ):
        value = environment(f"RECORDER_{flag.upper()}", default)
        parser.add_argument(f"--{flag}", default=value, type=kind, help=f"{text} ({value})")
    return Options(**vars(parser.parse_args(arguments)))


def _name(text: str) -> str:
    if not text.isascii() or not text.isprintable() or not text.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is not a name in printable ASCII")
    return text


def _address(text: str) -> Address:
    host, colon, port = text.rpartition(":")
    if not colon or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not host:port, as 127.0.0.1:8080 or :8080")
    return host.strip("[]"), int(port)


def _no_address(text: str) -> Address | None:
    return _address(text) if text else None


def _size(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of requests from 1")
    return int(text)


def _socket(flag: str, address: Address) -> socket.socket:
    try:
        return bound_socket(*address)
    except OSError as error:
        raise _cannot_listen(flag, address, error) from error


def _cannot_listen(flag: str, address: Address, error: OSError) -> StartError:
    where = f"{address[0]}:{address[1]}"
    return StartError(
        f"cannot listen on {where}: {error.strerror}; stop what holds it or change --{flag}"
    )


async def run(options: Options) -> None:
    """Serve until SIGTERM or SIGINT; prints the addresses once both ports accept."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with ExitStack() as taken:
        doors = [("service", "listen", options.listen), ("second", "second", options.second)]
        socks = {
            door: (at[0], taken.enter_context(_socket(flag, at))) for door, flag, at in doors if at
        }
        control = taken.enter_context(_socket("control", options.control))
        service = Service(options.name, socks, Journal(options.journal))
        runner = web.AppRunner(application(service), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await _listen(options, service, runner, control)
            # One write: a parent that waits for the line must not see half of it.
            print(
                f"recorder {options.name}: service on {service.address}, control on "
                f"{options.control[0]}:{control.getsockname()[1]}",
                flush=True,
            )
            await stop.wait()
        finally:
            service.close()
            await runner.cleanup()


async def _listen(
    options: Options, service: Service, runner: web.AppRunner, control: socket.socket
) -> None:
    try:
        await service.listen()
    except OSError as error:
        raise _cannot_listen("listen", options.listen, error) from error
    try:
        await web.SockSite(runner, control).start()
    except OSError as error:
        raise _cannot_listen("control", options.control, error) from error


def main() -> int:
    """Run one recorder; 0 after a signal, 1 with one line when it cannot start."""
    options = parse_options(sys.argv[1:])
    # A thousand clients need more descriptors than the usual soft limit.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        asyncio.run(run(options))
    except StartError as error:
        print(f"recorder {options.name}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
