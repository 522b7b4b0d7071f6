"""The command line: `mirror-agent [CONFIG] [--check]`, or flags alone."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from . import __version__, alone, descriptors, log, member, serving, supervisor
from .settings.load import load
from .settings.model import RingInput, Settings, Shadow, SpoeInput
from .settings.nodes import ConfigError
from .settings.readers import integer, listener, remote

T = TypeVar("T")

FAILED = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the agent; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser().parse_args(given)
    try:
        settings = _settings(options)
    except ConfigError as error:
        print("\n".join(error.problems), file=sys.stderr)
        return FAILED
    if options.check:
        print(_description(settings, options.config))
        return 0
    return _serve(settings, options, given)


def _serve(settings: Settings, options: argparse.Namespace, given: list[str]) -> int:
    log.set_up(settings.log_format, settings.log_level)
    try:
        descriptors.check(settings)
        asyncio.run(_run(settings, options, given))
    except ConfigError as error:
        print("\n".join(error.problems), file=sys.stderr)
        return FAILED
    except OSError as error:
        log.finish()
        print(f"mirror-agent: {error.strerror or error}", file=sys.stderr)
        return FAILED
    log.finish()
    return 0


async def _run(settings: Settings, options: argparse.Namespace, given: list[str]) -> None:
    def read() -> Settings:
        found = _settings(options)
        descriptors.check(found)
        return found

    if options.worker is not None:
        await serving.serve_as_member(settings, read, options.worker)
    elif settings.workers > 1:
        command = member.worker_command(given)
        await supervisor.Supervisor(settings, read, command).run()
    else:
        await alone.run(settings, read)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mirror-agent",
        description="Receives requests from HAProxy and sends copies of them to shadows.",
        epilog="Signals: SIGHUP reads the file again, SIGTERM sends what waits and ends.",
    )
    add = parser.add_argument
    add("config", nargs="?", type=Path, help="the YAML file; flags given as well win over it")
    add("--check", action="store_true", help="only say whether the configuration is valid")
    add("--spoe", metavar="HOST:PORT", type=_reader(listener), help="listen for SPOE")
    add("--ring", metavar="HOST:PORT", type=_reader(listener), help="listen for a log ring")
    add("--metrics", metavar="HOST:PORT", type=_reader(listener), help="/metrics and /healthz")
    add(
        "--shadow",
        metavar="HOST:PORT",
        type=_reader(remote),
        action="append",
        help="a service that gets copies; may be repeated",
    )
    add("--workers", metavar="N", type=_reader(integer(1, 64)), help="processes (1)")
    add("--log-format", choices=("text", "json"), help="lines of key=value, or JSON objects")
    add("--version", action="version", version=f"mirror-agent {__version__}")
    add("--worker", help=argparse.SUPPRESS)
    return parser


def _reader(read: Callable[[str], T]) -> Callable[[str], T]:
    """Make argparse show what a reader says is wrong."""

    def checked(text: str) -> T:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return checked


def _settings(options: argparse.Namespace) -> Settings:
    """Read the file, if one is given, and put the flags over it; raises ConfigError."""
    if options.config is not None:
        settings = load(options.config)
    elif options.shadow and (options.spoe or options.ring):
        settings = Settings(shadows=())
    else:
        raise ConfigError(
            ["give a configuration file, or --shadow with --spoe or --ring (see --help)"]
        )
    if options.shadow:
        several = len(options.shadow) > 1
        settings = replace(
            settings,
            shadows=tuple(
                Shadow(f"shadow-{n}" if several else "shadow", address.host, address.port)
                for n, address in enumerate(options.shadow, 1)
            ),
        )
    if options.spoe:
        settings = replace(settings, spoe=SpoeInput(options.spoe))
    if options.ring:
        settings = replace(settings, ring=RingInput(options.ring))
    for name in ("metrics", "workers", "log_format"):
        value = getattr(options, name)
        if value is not None:
            settings = replace(settings, **{name: value})
    return settings


def _description(settings: Settings, config: Path | None) -> str:
    shadows = ", ".join(shadow.name for shadow in settings.shadows)
    routes = ", ".join(f"{route.prefix} {route.share:g} %" for route in settings.routes)
    return f"{config or 'flags'}: valid (shadows: {shadows}; routes: {routes})"
