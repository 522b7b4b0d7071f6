"""What faults do to clients and to copies, with every way of mirroring, played one by one.

python -m bench.faults [--only NAME] [--into DIRECTORY]
writes faults.md. Exit code 1 when nothing could be played.
"""

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.faults_table import FaultOutcome, FaultRun, render
from features.support import options
from features.support.checks.resource_usage import at_rest, since
from features.support.errors import StackError
from features.support.gateways.account import Account
from features.support.gateways.catalogue import CATALOGUE
from features.support.gateways.model import Gateway
from features.support.operator.faults import FAILURES
from features.support.scene import Scene
from features.support.stack.local import LocalStack
from features.support.waiting import watch
from features.support.wire.client import Exchange, request
from features.support.wire.exchange import Answer

_REPORTS = Path(__file__).resolve().parents[1] / "reports"
IN_TURN, AT_ONCE = 60, 40  # requests, over one connection and by as many clients
_GIVE_UP = 5.0  # seconds of a client's patience
_WITHIN = 4.0  # seconds in which requests are begun
_LATE_COPIES = 6.0  # seconds after the fault's end


@dataclass(frozen=True)
class PlayedFault:
    """A fault by name: how it is brought about, and what ends it; `tool`: it needs one."""

    name: str
    begin: Callable[[Scene], None]
    end: Callable[[Scene], None]
    tool: bool = False


def _shadow_is_well(scene: Scene) -> None:
    scene.misbehave("shadow")


def _shadow_fails(name: str) -> PlayedFault:
    def begin(scene: Scene) -> None:
        scene.misbehave("shadow", **FAILURES[name].faults)

    return PlayedFault(f"the shadow {name}", begin, _shadow_is_well)


def _tool(scene: Scene) -> str:
    return scene.in_front.playing("tool")


FAULTS = (
    PlayedFault("none", lambda _: None, lambda _: None),
    PlayedFault(
        "the shadow is gone", lambda scene: scene.stop("shadow"), lambda s: s.restore("shadow")
    ),
    _shadow_fails("never answers"),
    _shadow_fails("answers 2 seconds late"),
    _shadow_fails("answers with an error"),
    _shadow_fails("breaks off every answer"),
    _shadow_fails("answers with 5 MB"),
    PlayedFault(
        "the tool stands still",
        lambda scene: scene.pause(_tool(scene)),
        lambda scene: scene.stack.resume(_tool(scene)),
        tool=True,
    ),
    PlayedFault(
        "the tool is gone",
        lambda scene: scene.stop(_tool(scene)),
        lambda scene: scene.restore(_tool(scene)),
        tool=True,
    ),
)


def main(arguments: Sequence[str]) -> int:
    """Play all faults and write what they did."""
    parser = argparse.ArgumentParser(prog="python -m bench.faults")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="a gateway")
    parser.add_argument("--into", type=Path, default=_REPORTS, metavar="DIRECTORY")
    asked = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    began = time.monotonic()
    outcomes: list[FaultOutcome] = []
    not_run: dict[str, str] = {}
    versions: list[str] = []
    for gateway in CATALOGUE.values():
        if not gateway.mirrors or (asked.only and gateway.name not in asked.only):
            continue
        try:
            for outcome in play(gateway, versions):
                print(f"faults: {outcome}", flush=True)
                outcomes.append(outcome)
        except StackError as reason:
            not_run[gateway.name] = str(reason).splitlines()[0]
    if not outcomes:
        print(f"faults: nothing was played: {not_run}", file=sys.stderr)
        return 1
    minutes = (time.monotonic() - began) / 60
    run = FaultRun(f"{datetime.now(UTC):%Y-%m-%d}", minutes, IN_TURN, AT_ONCE, versions, not_run)
    asked.into.mkdir(parents=True, exist_ok=True)
    (asked.into / "faults.md").write_text(render(outcomes, run))
    return 0


def play(gateway: Gateway, versions: list[str]) -> Iterator[FaultOutcome]:
    """Play each fault that can concern a gateway; raises StackError where it cannot run."""
    with _stack() as stack:
        if reason := stack.why_not(gateway):
            raise StackError(reason)
        versions += stack.outlook([gateway])
        for fault in FAULTS:
            if gateway.tool or not fault.tool:
                yield _play(stack, gateway, fault)


@contextmanager
def _stack() -> Iterator[LocalStack]:
    stack = LocalStack(options.parse({"stack": "local"}))
    try:
        yield stack
    finally:
        stack.down()


def _play(stack: LocalStack, gateway: Gateway, fault: PlayedFault) -> FaultOutcome:
    with closing(Scene(stack)) as scene:
        scene.enter(gateway)
        rested = at_rest(scene)
        fault.begin(scene)
        try:
            scene.send_in_turn(
                (request("GET", "/api/v1/orders") for _ in range(IN_TURN)), _GIVE_UP, _WITHIN
            )
            scene.send_at_once([request("GET", "/api/v1/orders") for _ in range(AT_ONCE)])
            memory = _growth(lambda: since(scene, rested).memory)
        finally:
            fault.end(scene)
        return FaultOutcome(
            gateway.name,
            fault.name,
            requests=len(scene.exchanges),
            unanswered=sum(not _well(each) for each in scene.exchanges),
            slowest=max(_seconds(each) for each in scene.exchanges),
            copies=_copies(scene),
            counted=_counted(scene),
            memory=memory,
        )


def _well(exchange: Exchange) -> bool:
    return exchange.status == 200


def _seconds(exchange: Exchange) -> float:
    return exchange.answer.elapsed if isinstance(exchange.answer, Answer) else _GIVE_UP


def _copies(scene: Scene) -> int:
    """Return how many requests have a copy, those included that come after the fault's end."""
    wanted = len(scene.exchanges)
    return watch(
        lambda: len({each.request_id for each in scene.copies()}),
        until=lambda count: count == wanted,
        within=_LATE_COPIES,
        every=0.05,
    ).value


def _counted(scene: Scene) -> dict[str, int] | None:
    """Return what the way of mirroring says of copies that got no answer; None if it counts none.

    Waits until each request has its place, so that none is left for the next fault.
    """
    if scene.in_front.account is None:
        return None
    wanted = len(scene.exchanges)
    account = watch(
        scene.account, until=lambda seen: _placed(seen) >= wanted, within=_LATE_COPIES, every=0.2
    ).value
    lost = {"not handed over": account.lost} if account.lost else {}
    return {**lost, **account.dropped, **account.failed}


def _placed(account: Account) -> int:
    ended = (*account.dropped.values(), *account.failed.values())
    return account.sent + sum(ended) + account.lost


def _growth(read: Callable[[], float]) -> float | None:
    """Return megabytes; None where a process is no more, whose memory cannot be read."""
    try:
        grown = read()
    except (StackError, OSError, KeyError):
        return None
    return grown if grown > -1 else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
