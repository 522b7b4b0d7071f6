"""The options of a run (`behave -D name=value`), checked before anything starts."""

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from features.support.errors import OptionError
from features.support.gateways.catalogue import CATALOGUE
from features.support.policy.load import REFERENCE
from features.support.stack.service import Program
from features.support.stack.settings import Settings
from features.support.wire.client import Address

KINDS = ("auto", "local", "docker", "external")
_YES, _NO = ("yes", "true", "1", "on"), ("no", "false", "0", "off", "")
_ADDRESSES = {
    "gateway": "where clients reach the gateway",
    "stats": "where its figures are read",
    "primary": "the primary's service port",
    "primary_control": "the primary's control port",
    "shadow": "the shadow's service port",
    "shadow_control": "the shadow's control port",
}
_CREDENTIALS = ("stats_user", "stats_password")
# The programs that an option may name a binary for.
_PROGRAMS: Mapping[str, Program] = {
    service.program.name: service.program
    for gateway in CATALOGUE.values()
    for service in gateway.services
    if service.program
}
_RUN = ("stack", "gateways", "jobs", "keep", "patience", "policy", "seed")
_KNOWN = (*_RUN, *_PROGRAMS, *_ADDRESSES, *_CREDENTIALS)
_MOST_JOBS, _MOST_JOBS_BY_DEFAULT = 16, 4


@dataclass(frozen=True)
class Options(Settings):
    """What a run was asked to do; the stack is told its part.

    `patience` multiplies every deadline; `policy` is the file that says which shares are asked for;
    `jobs` is how many gateways are played side by side;
    generated requests come from `seed`, or from a new one.
    """

    patience: float = 1.0
    policy: Path = REFERENCE
    jobs: int = 1
    seed: int | None = None


def parse(userdata: Mapping[str, str]) -> Options:
    """Read the options of a run; raises OptionError, in one line, for what is not possible.

    Names with a dot belong to formatters and are left to them.
    """
    own = {name: value for name, value in userdata.items() if "." not in name}
    for name in own:
        if name not in _KNOWN:
            close = difflib.get_close_matches(name, _KNOWN, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(_KNOWN)}"
            raise OptionError(f"-D {name}: there is no such option; {hint}")
    addresses = {name: _address(name, own[name]) for name in _ADDRESSES if name in own}
    options = Options(
        stack=_choice("stack", own.get("stack", "auto"), KINDS),
        keep=_flag("keep", own.get("keep", "no")),
        patience=_factor("patience", own.get("patience", "1")),
        programs=_programs(own),
        addresses=addresses,
        credentials=_credentials(own),
        policy=_file("policy", own["policy"]) if "policy" in own else REFERENCE,
        jobs=_jobs(own.get("jobs", "1")),
        seed=_whole("seed", own["seed"]) if "seed" in own else None,
        gateways=_gateways(own["gateways"]) if "gateways" in own else frozenset(CATALOGUE),
    )
    _check_external(options)
    return options


def _check_external(options: Options) -> None:
    missing = [name for name in _ADDRESSES if name not in options.addresses]
    if options.stack == "external" and missing:
        raise OptionError(
            f"-D stack=external also needs -D {missing[0]}=host:port ({_ADDRESSES[missing[0]]})"
        )
    given = [*options.addresses, *(_CREDENTIALS if options.credentials else ())]
    if options.stack != "external" and given:
        name = given[0]
        raise OptionError(f"-D {name} is only possible together with -D stack=external")


def _gateways(value: str) -> frozenset[str]:
    names = [name.strip() for name in value.split(",")]
    for name in names:
        if name not in CATALOGUE:
            close = difflib.get_close_matches(name, CATALOGUE, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(CATALOGUE)}"
            raise OptionError(f"-D gateways: there is no gateway {name!r}; {hint}")
    return frozenset(names)


def _credentials(own: Mapping[str, str]) -> tuple[str, str] | None:
    given = [name for name in _CREDENTIALS if own.get(name)]
    if len(given) == 1:
        missing = next(name for name in _CREDENTIALS if name not in given)
        raise OptionError(f"-D {given[0]} also needs -D {missing}")
    return (own["stats_user"], own["stats_password"]) if given else None


def _choice(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise OptionError(f"-D {name}={value}: choose one of {', '.join(choices)}")
    return value


def _flag(name: str, value: str) -> bool:
    if value.lower() not in _YES + _NO:
        raise OptionError(f"-D {name}={value}: say yes or no")
    return value.lower() in _YES


def _whole(name: str, value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", value):
        raise OptionError(f"-D {name}={value}: give a whole number")
    return int(value)


def _factor(name: str, value: str) -> float:
    try:
        factor = float(value)
    except ValueError:
        factor = 0.0
    if not 0 < factor <= 100:
        raise OptionError(f"-D {name}={value}: give a number above 0 and up to 100")
    return factor


def _jobs(value: str) -> int:
    """Read how many gateways are played at once; `auto` is what keeps this machine busy.

    A scenario waits about half of its time, so there may be one more than processors; one
    processor is not shared.
    """
    if value == "auto":
        processors = len(os.sched_getaffinity(0))
        return min(processors + 1, _MOST_JOBS_BY_DEFAULT) if processors > 1 else 1
    if not value.isdecimal() or not 0 < int(value) <= _MOST_JOBS:
        raise OptionError(f"-D jobs={value}: give a number from 1 to {_MOST_JOBS}, or auto")
    return int(value)


def _programs(own: Mapping[str, str]) -> dict[str, Path]:
    """Read the binaries that are named; some may be named in the environment as well."""
    named = {
        name: own.get(name, os.environ.get(program.variable, "") if program.variable else "")
        for name, program in _PROGRAMS.items()
    }
    return {name: _program(_PROGRAMS[name], value) for name, value in named.items() if value}


def _program(program: Program, value: str) -> Path:
    path = Path(value)
    if not (path.is_file() and os.access(path, os.X_OK)):
        either = f" or {program.variable}" if program.variable else ""
        raise OptionError(f"-D {program.name}{either}={value}: there is no program there")
    return path.resolve()


def _file(name: str, value: str) -> Path:
    path = Path(value)
    if not path.is_file():
        raise OptionError(f"-D {name}={value}: there is no file there")
    return path.resolve()


def _is_port(text: str) -> bool:
    return bool(re.fullmatch(r"[1-9][0-9]{0,4}", text)) and int(text) < 65536


def _address(name: str, value: str) -> Address:
    host, _, port = value.removeprefix("http://").rstrip("/").rpartition(":")
    if not re.fullmatch(r"[\w.-]+|\[[\da-fA-F:.]+\]", host) or not _is_port(port):
        raise OptionError(f"-D {name}={value}: give host:port")
    return Address(host, int(port))
