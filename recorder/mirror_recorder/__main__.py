"""A recorder: plays primary or shadow, journals what it receives, misbehaves on demand.

Example: recorder --name primary --listen 127.0.0.1:8080 --control 127.0.0.1:8081
Each flag's default comes from the environment, --name's from RECORDER_NAME; see README.md.
"""

import asyncio
import resource
import signal
import socket
import sys
from contextlib import ExitStack

from aiohttp import web

from mirror_recorder.access import Access
from mirror_recorder.control import application
from mirror_recorder.journal import Journal
from mirror_recorder.options import Address, Options, parse_options
from mirror_recorder.request_log import RequestLog
from mirror_recorder.service import Service, bound_socket


class StartError(Exception):
    """Why a recorder cannot start, in one line."""


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
        log = RequestLog(options.name) if options.log_requests else None
        service = Service(options.name, socks, Journal(options.journal), log)
        access = Access(options.control[0], options.token)
        runner = web.AppRunner(application(service, access), access_log=None, shutdown_timeout=0.1)
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
            # Python 3.13 prints a traceback where a connection is just being accepted at the end.
            sys.unraisablehook = _say_nothing
            service.close()
            await runner.cleanup()


def _say_nothing(_: object) -> None:
    pass


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
