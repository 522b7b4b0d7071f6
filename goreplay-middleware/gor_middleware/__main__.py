"""Run as GoReplay's middleware: messages come on standard input, copies go to standard output."""

import os
import select
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress

from gor_middleware import __version__
from gor_middleware.middleware import Middleware
from gor_middleware.settings import SettingsError, read_settings
from gor_middleware.web import serve


def main() -> int:
    """Run until GoReplay ends."""
    if sys.argv[1:] == ["--version"]:
        print(f"gor-middleware {__version__}")
        return 0
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for GoReplay, which then ends this
    try:
        settings = read_settings(os.environ)
        if sys.argv[1:] == ["--check"]:
            return 0
        middleware = Middleware(settings)
        serve(settings.metrics, {"/metrics": middleware.metrics, "/healthz": middleware.health})
    except (SettingsError, OSError) as reason:
        print(f"goreplay: {reason}", file=sys.stderr)
        return 1
    except KeyError as missing:
        print(f"goreplay: {missing} is not set; start this with goreplay.sh", file=sys.stderr)
        return 1
    _in_background(lambda: middleware.write(sys.stdout.buffer))
    if supervisor := os.environ.get("SUPERVISOR"):
        _in_background(lambda: _await_end(int(supervisor)))
    middleware.read(sys.stdin.buffer)
    return 0


def _in_background(work: Callable[[], None]) -> None:
    """Run a thread without which this process is of no use: when it fails, all ends."""

    def run() -> None:
        try:
            work()
        except BrokenPipeError:  # GoReplay has ended, which ends this, too
            os._exit(1)
        except BaseException:
            traceback.print_exc()
            os._exit(1)

    threading.Thread(target=run, daemon=True).start()


def _await_end(process: int) -> None:
    """End together with the start script, so that GoReplay does not outlive it when it is killed.

    A parent-death signal would not do: it is not kept for a program with capabilities.
    """
    with suppress(ProcessLookupError):
        select.select([os.pidfd_open(process)], [], [])
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
