"""All that is found out about this machine, and how it is told."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from features.support.doctor import machine, stacks
from features.support.doctor.finding import Area, Finding, side_by_side
from features.support.gateways.catalogue import CATALOGUE

WITHIN = 9.0  # seconds for everything
ALL_PLAY, SOME_PLAY, NONE_PLAYS = 0, 1, 3  # 2 is a wrong use of the command
_QUESTIONS: Mapping[str, Callable[[], list[Finding]]] = {
    "local": stacks.local,
    "docker": stacks.docker,
    "buildx": machine.buildx,
    "base image": machine.base_image,
    "browser": machine.browser,
    "npm": machine.npm,
    "ports": machine.published,
    "leftovers": machine.leftovers,
}
_VERDICTS = {
    ALL_PLAY: "Every gateway can be played here: make spec",
    SOME_PLAY: "Some gateways cannot be played here; the others can: make spec",
    NONE_PLAYS: "Nothing can be played here.",
}


def examine() -> list[Finding]:
    """Find out everything; what gives no answer in time is told as not known."""
    answers = side_by_side(_QUESTIONS, WITHIN)
    found = [finding for name in _QUESTIONS for finding in answers.get(name, ())]
    silent = [name for name in _QUESTIONS if name not in answers]
    told = f"no answer within {WITHIN:.0f} s"
    return found + [Finding("tool", name, "unknown", told) for name in silent]


def code(found: Sequence[Finding]) -> int:
    """Return the exit code: whether all gateways can be played, in one stack or another."""
    playable = {each.subject for each in found if each.area == "gateway" and each.state == "ok"}
    if not playable:
        return NONE_PLAYS
    return ALL_PLAY if playable == set(CATALOGUE) else SOME_PLAY


def as_data(found: Sequence[Finding]) -> dict[str, Any]:
    """Return what was found for programs to read."""
    return {"code": code(found), "findings": [asdict(each) for each in found]}


def as_text(found: Sequence[Finding]) -> str:
    """Return what was found for people to read."""
    return "\n".join(_lines(found))


def _lines(found: Sequence[Finding]) -> Iterator[str]:
    yield _VERDICTS[code(found)]
    yield from ("", "Stacks")
    yield from (_line(each.subject, each) for each in _of(found, "stack"))
    yield from ("", "Gateways")
    for name in CATALOGUE:
        own = [each for each in _of(found, "gateway") if each.subject == name]
        played = [each.stack for each in own if each.state == "ok"]
        versions = next((each.told for each in own if each.state == "ok" and each.told), "")
        yield f"  {name:25}{' and '.join(played) or 'cannot be played':18}{versions}".rstrip()
    yield from ("", "Tools, ports, leftovers")
    rest = [each for each in found if each.area in ("tool", "port", "leftover")]
    yield from (_line(each.subject, each) for each in rest)
    mends = _mends(found)
    if mends:
        yield from ("", "What is missing, and what mends it")
    for (told, mend), concerned in mends.items():
        names = [f"{name} ({', '.join(kinds)})" if kinds else name for name, kinds in concerned]
        yield f"  {', '.join(names)}: {told}"
        yield from ([f"      {mend}"] if mend else [])


def _line(name: str, finding: Finding) -> str:
    mark = "" if finding.state == "ok" else f"{finding.state}: "
    return f"  {name:25}{mark}{finding.told}"


def _of(found: Sequence[Finding], area: Area) -> list[Finding]:
    return [each for each in found if each.area == area]


def _mends(found: Sequence[Finding]) -> dict[tuple[str, str], list[tuple[str, list[str]]]]:
    """Return whom each reason with its mend concerns, and in which stacks.

    That of a whole stack is told of the stack, and not again of each of its gateways.
    """
    told: dict[tuple[str, str], dict[str, list[str]]] = {}
    closed = {(each.told, each.mend) for each in _of(found, "stack") if each.state != "ok"}
    for each in found:
        why = (each.told, each.mend)
        if each.state == "ok" or (each.area == "gateway" and why in closed):
            continue
        kinds = told.setdefault(why, {}).setdefault(each.subject, [])
        kinds += [each.stack] if each.area == "gateway" else []
    return {why: list(concerned.items()) for why, concerned in told.items()}
