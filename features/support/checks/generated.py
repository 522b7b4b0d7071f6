"""Generated requests, and whether they and their copies arrived as they were sent."""

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from features.support.checks.answers import check_answer
from features.support.checks.copies import CREDENTIALS, MARKER, PASSED, check_marker
from features.support.checks.headers import joined
from features.support.errors import CannotFindOutError
from features.support.gateways.handling import ANY_ADDRESS, Changes, Handling
from features.support.gateways.model import needed
from features.support.scene import Scene
from features.support.telling import brief
from features.support.waiting import for_arrival, watch
from features.support.wire.client import Exchange, in_turn
from features.support.wire.exchange import Headers, Received, Sent, differences, first, values
from features.support.wire.generated import Generated, generate, smallest

_CLIENTS = 6
_WITHIN, _SOON = 15.0, 1.0  # seconds until copies have arrived: of all, of one that is tried alone
_TRIES = 40  # requests that are sent to find a small one
_UNANSWERED = 3  # requests in a row, of one client
_FORWARDED, _ROUTE = "x-forwarded-for", "x-route"
_OF_THE_GATEWAY = frozenset({_FORWARDED, _ROUTE, MARKER})


@dataclass
class Journals:
    """What arrived of requests, by id: at the primary, and at the shadow."""

    primary: dict[str | None, Received] = field(default_factory=dict)
    shadow: dict[str | None, Received] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return how much arrived."""
        return f"{len(self.primary)} requests and {len(self.shadow)} copies"


def play(scene: Scene, seed: int, count: int) -> None:
    """Send so many requests by some clients, each over a connection that it mostly keeps.

    By one alone where requests at the same moment may lose a copy.
    """
    handling = _handling(scene)
    requests = generate(seed, count, handling.terms)
    clients = _CLIENTS if handling.at_once else 1
    parts = [requests[number::clients] for number in range(clients)]
    with ExitStack() as links:
        with ThreadPoolExecutor(clients) as pool:
            for exchanges in pool.map(lambda part: _send(scene, part, links), parts):
                scene.exchanges += exchanges
        # Some copy nothing for a client that has gone; of that tells a promise of its own.
        _await_copies(scene, [each.sent for each in scene.exchanges], _WITHIN)


def _send(scene: Scene, part: Sequence[Generated], links: ExitStack) -> list[Exchange]:
    """Send requests in turn; who gets no answer several times in a row asks no more."""
    done: list[Exchange] = []
    send = links.enter_context(scene.door().open())
    for each in part:
        if each.fresh:
            send = links.enter_context(scene.door().open())
        done.append(Exchange(each.sent, *in_turn(send, [each.sent])))
        if len(done) >= _UNANSWERED and not any(late.status for late in done[-_UNANSWERED:]):
            break
    return done


def check_generated(scene: Scene, seed: int, words: str) -> list[str]:
    """Say what else differs than `words` say, with the smallest request that shows it."""
    handling = _handling(scene)
    if words != handling.words:
        raise CannotFindOutError(f"the gateway's file says that it changes {handling.words}")
    exchanges = list(scene.exchanges)
    journals = _journals(scene, [each.sent for each in exchanges], _WITHIN)
    wrong = [(each, found) for each in exchanges if (found := _differing(scene, each, journals))]
    others = [(each, found) for each, found in wrong if found != [_without_copy(each.sent)]]
    if len(wrong) - len(others) <= handling.loses / 100 * len(exchanges):
        wrong = others
    if not wrong:
        return [] if exchanges else ["nothing was sent"]
    first, seen = wrong[0]
    # Who gets no answer waits for long, whatever is asked.
    small, what = _smallest(scene, first.sent, seen) if first.status else (first.sent, seen)
    names = [f"{name}: {value}" for name, value in small.headers[2:]]
    return [
        f"{len(wrong)} of {len(exchanges)} requests arrived otherwise (again: -D seed={seed})",
        f"smallest: {small}, {brief(names) if names else 'without headers'}",
        *what[:1],
        *(each for _, found in wrong[:3] for each in found[:1]),
    ]


def _smallest(scene: Scene, sent: Sent, found: list[str]) -> tuple[Sent, list[str]]:
    """Return the smallest request in which something is still wrong, and what."""
    last = {"found": found}

    def is_wrong(candidate: Sent) -> bool:
        exchange = scene.send(candidate)
        seen = _differing(scene, exchange, _journals(scene, [candidate], _SOON))
        last["found"] = seen or last["found"]
        return bool(seen)

    return smallest(sent, is_wrong, _TRIES), last["found"]


def _journals(scene: Scene, sent: Sequence[Sent], within: float) -> Journals:
    """Return what arrived, once all that must be copied has been, or after a while."""
    found = _await_copies(scene, sent, within)
    arrived = {each.request_id: each for each in scene.primary.received(_only(sent))}
    return Journals(arrived, {each.request_id: each for each in found})


def _await_copies(scene: Scene, sent: Sequence[Sent], within: float) -> list[Received]:
    """Return the copies, once all that must be copied has been, or after a while."""
    wanted = {each.request_id for each in sent if _is_copied(each)}
    return watch(
        lambda: [each for each in scene.shadow.received(_only(sent)) if each.state != "receiving"],
        until=lambda arrived: {each.request_id for each in arrived} >= wanted,
        within=for_arrival(within),
    ).value


def _only(sent: Sequence[Sent]) -> list[str] | None:
    """Return the id of a single request to ask a journal for, None to ask for all."""
    return [str(sent[0].request_id)] if len(sent) == 1 else None


def _is_copied(sent: Sent) -> bool:
    return sent.target.startswith("/api/v1")


def _differing(scene: Scene, exchange: Exchange, journals: Journals) -> list[str]:
    """Say what of one request was answered, passed on or copied otherwise than promised."""
    sent, handling = exchange.sent, _handling(scene)
    passed = journals.primary.get(sent.request_id)
    if passed is None:
        return check_answer(exchange) or [f"{sent}: the primary did not receive it"]
    found = check_answer(exchange)
    found += [f"{sent}: the primary got {each}" for each in _check_passed(sent, passed, handling)]
    copy = journals.shadow.get(sent.request_id)
    if copy is None:
        return found + ([_without_copy(sent)] if _is_copied(sent) else [])
    wrong = _check_copy(sent, copy, handling, str(first(passed.headers, _FORWARDED)))
    return [
        *found,
        *check_marker(copy, scene.stack.marker),
        *(f"{sent}: the copy has {each}" for each in wrong),
    ]


def _without_copy(sent: Sent) -> str:
    return f"{sent}: it has no copy"


def _check_passed(sent: Sent, passed: Received, handling: Handling) -> list[str]:
    route = sent.target.split("/")[2].partition("?")[0]
    client = str(first(passed.headers, _FORWARDED))
    found = _check_own(passed, {_FORWARDED: ANY_ADDRESS, _ROUTE: route, MARKER: None})
    found += [f"{name}, which copies have" for name in _names_passed(passed)]
    return found + _check_rest(sent, passed, handling.primary, client)


def _check_copy(sent: Sent, copy: Received, handling: Handling, client: str) -> list[str]:
    route = sent.target.split("/")[2].partition("?")[0]
    forwarded = handling.forwarded.format(client=re.escape(client))
    found = _check_own(copy, {_FORWARDED: forwarded, _ROUTE: route if handling.tells else None})
    named = _names_passed(copy)
    found += [] if len(named) == 1 else [f"{PASSED} {len(named)} times"]
    changes = replace(handling.copy, lacks=handling.copy.lacks | CREDENTIALS)
    left = tuple(pair for pair in copy.headers if pair[0].lower() not in named)
    return found + _check_rest(sent, replace(copy, headers=left), changes, client)


def _names_passed(received: Received) -> list[str]:
    """Return the headers that say who made a copy; some say it in their name."""
    return [name.lower() for name, _ in received.headers if name.lower().startswith(PASSED)]


def _check_own(received: Received, wanted: Mapping[str, str | None]) -> list[str]:
    """Say which headers of the gateway have another value than a pattern, or are not wanted."""
    found = []
    for name, pattern in wanted.items():
        got = values(received.headers, name)
        right = not got if pattern is None else len(got) == 1 and re.fullmatch(pattern, got[0])
        found += [] if right else [f"{name} {brief(got)}"]
    return found


def _check_rest(sent: Sent, received: Received, changes: Changes, client: str) -> list[str]:
    """Say how all else is not as it was sent, but for known changes."""
    own = {n.lower() for n, v in sent.headers if v or n.lower() not in changes.adds}
    added = changes.adds.keys() - own
    host = re.escape(str(first(sent.headers, "host")))
    patterns = {n: changes.adds[n].format(client=re.escape(client), host=host) for n in added}
    found = [
        f"{name} {brief(value)}"
        for name, pattern in patterns.items()
        for value in values(received.headers, name)
        if not re.fullmatch(pattern, value)
    ]
    gone = _OF_THE_GATEWAY | changes.lacks | added
    wanted = _arranged(sent.headers, gone, changes)
    got = _arranged(received.headers, gone - changes.lacks, changes)
    left = replace(sent, headers=wanted), replace(received, headers=got)
    return found + [str(each) for each in differences(*left, frozenset())]


def _arranged(headers: Headers, without: frozenset[str], changes: Changes) -> Headers:
    kept: Headers = tuple(pair for pair in headers if pair[0].lower() not in without)
    if changes.joins:
        kept = joined(kept)
    kept = tuple(sorted(kept, key=lambda pair: pair[0].lower() in changes.moves))
    return tuple(sorted(kept, key=lambda pair: pair[0].lower())) if changes.reorders else kept


def _handling(scene: Scene) -> Handling:
    """Return what the gateway may change, with what any may change of a protocol."""
    own = needed(scene.in_front.handling, scene.in_front, "handling")
    if not scene.protocol.joins_cookies:
        return own
    moves = frozenset({"cookie"})
    primary, copy = (replace(each, moves=moves) for each in (own.primary, own.copy))
    return replace(own, primary=primary, copy=copy)
