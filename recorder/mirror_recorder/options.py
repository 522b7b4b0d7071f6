"""The command line of a recorder, whose defaults come from the environment."""

import argparse
import os
from dataclasses import dataclass

from mirror_recorder import __version__

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Options:
    """How to run: addresses as (host, port), the journal's size in entries, the control's token."""

    name: str
    listen: Address
    second: Address | None
    control: Address
    journal: int
    log_requests: bool
    token: str


def parse_options(arguments: list[str]) -> Options:
    """Read the command line and the environment; exits with 2 and one line when it is wrong."""
    parser = argparse.ArgumentParser(
        "recorder", description="Plays primary or shadow, journals requests, misbehaves on demand."
    )
    parser.add_argument("--version", action="version", version=f"recorder {__version__}")
    environment = os.environ.get
    for flag, default, kind, text in (
        ("name", "primary", _name, "the service's name, said in answers and journal"),
        ("listen", "127.0.0.1:8080", address, "service port, host:port; empty host = all"),
        ("second", "", _no_address, "one more service port, for who captures only what goes there"),
        ("control", "127.0.0.1:8081", address, "control port, host:port; empty host = all"),
        ("journal", "100000", _size, "how many requests to remember"),
    ):
        value = environment(f"RECORDER_{flag.upper()}", default)
        parser.add_argument(f"--{flag}", default=value, type=kind, help=f"{text} ({value})")
    parser.add_argument(
        "--log-requests",
        nargs="?",
        const=True,
        default=environment("RECORDER_LOG_REQUESTS", "no"),
        type=_yes_or_no,
        metavar="yes|no",
        help="a line on standard output for each request (no)",
    )
    parsed = parser.parse_args(arguments)
    return Options(**vars(parsed), token=environment("RECORDER_TOKEN", ""))


def _name(text: str) -> str:
    if not text.isascii() or not text.isprintable() or not text.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is not a name in printable ASCII")
    return text


def address(text: str) -> Address:
    """Read host:port; raises ArgumentTypeError, which argparse tells in one line."""
    host, colon, port = text.rpartition(":")
    if not colon or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not host:port, as 127.0.0.1:8080 or :8080")
    return host.strip("[]"), int(port)


def _no_address(text: str) -> Address | None:
    return address(text) if text else None


def _size(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of requests from 1")
    return int(text)


def _yes_or_no(text: str) -> bool:
    if text not in ("yes", "no"):
        raise argparse.ArgumentTypeError(f"{text!r} is neither yes nor no")
    return text == "yes"
