"""The options of a run (`behave -D name=value`), checked before anything starts."""

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from features.support.errors import OptionError
from features.support.gateways.catalogue import CATALOGUE
from features.support.gateways.described import Described, load
from features.support.policy.load import REFERENCE
from features.support.stack.service import Program
from features.support.stack.settings import Settings

KINDS = ("auto", "local", "docker")
_YES, _NO = ("yes", "true", "1", "on"), ("no", "false", "0", "off", "")
# The programs that an option may name a binary for.
_PROGRAMS: Mapping[str, Program] = {
    service.program.name: service.program
    for gateway in CATALOGUE.values()
    for service in gateway.services
    if service.program
}
_RUN = ("stack", "gateway", "gateways", "jobs", "keep", "patience", "policy", "seed")
# What a described gateway leaves nothing to say of.
_OF_THE_CATALOGUE = ("stack", "gateways", "policy")
_KNOWN = (*_RUN, *_PROGRAMS)
_MOST_JOBS, _MOST_JOBS_BY_DEFAULT = 16, 4


@dataclass(frozen=True)
class Options(Settings):
    """What a run was asked to do; the stack is told its part.

    `patience` multiplies every deadline; `policy` is the file that says which shares are asked for;
    `jobs` is how many gateways are played side by side; `described` is the user's own gateway;
    generated requests come from `seed`, or from a new one.
    """

    patience: float = 1.0
    policy: Path = REFERENCE
    jobs: int = 1
    seed: int | None = None
    described: Described | None = None


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
    described = _described(own) if "gateway" in own else None
    stack = "external" if described and described.addresses else "local"
    return Options(
        stack=stack if described else _choice("stack", own.get("stack", "auto"), KINDS),
        keep=_flag("keep", own.get("keep", "no")),
        patience=_factor("patience", own.get("patience", "1")),
        programs=_programs(own),
        addresses=described.addresses if described else {},
        credentials=described.credentials if described else None,
        marker=described.marker if described else "",
        policy=_file("policy", own["policy"]) if "policy" in own else REFERENCE,
        jobs=1 if described else _jobs(own.get("jobs", "1")),
        seed=_whole("seed", own["seed"]) if "seed" in own else None,
        gateways=_chosen(own, described),
        described=described,
    )


def _described(own: Mapping[str, str]) -> Described:
    """Read the description of the user's own gateway; raises OptionError, FileError."""
    for name in _OF_THE_CATALOGUE:
        if name in own:
            raise OptionError(f"-D {name} says nothing of a described gateway: leave it out")
    return load(_file("gateway", own["gateway"]))


def _chosen(own: Mapping[str, str], described: Described | None) -> frozenset[str]:
    if described:
        return frozenset({described.gateway.name})
    return _gateways(own["gateways"]) if "gateways" in own else frozenset(CATALOGUE)


def _gateways(value: str) -> frozenset[str]:
    names = [name.strip() for name in value.split(",")]
    for name in names:
        if name not in CATALOGUE:
            close = difflib.get_close_matches(name, CATALOGUE, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(CATALOGUE)}"
            raise OptionError(f"-D gateways: there is no gateway {name!r}; {hint}")
    return frozenset(names)


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
