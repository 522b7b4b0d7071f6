"""What the shadow received of the requests that were to be mirrored."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from features.support.scene import Scene
from features.support.telling import brief, told
from features.support.waiting import eventually, for_arrival, watch
from features.support.wire.client import request, send, send_in_turn
from features.support.wire.exchange import (
    ADDED_BY_THE_GATEWAY,
    HOP_BY_HOP,
    Answer,
    Part,
    Received,
    Sent,
    differences,
    values,
)
from features.support.wire.payloads import HEADERS

MARKER = "x-mirrored-by"
PASSED = "x-mirror-passed"  # who made the copy; Traefik puts that into the header's name
CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization"})
# What HTTP clients such as Go's add by themselves.
ADDED_BY_CLIENTS = frozenset({"accept-encoding", "user-agent"})
_FORWARDED = "x-forwarded-"
Pairs = Sequence[tuple[str, str]]
_WITHIN = 10.0
_SOON = 0.5
_SENTINELS = 20
_MANY = 100  # ids that fit a query
_CHECKS = 2  # one check may already be under way when the sentinels arrive


def await_copies(scene: Scene, requests: Iterable[Sent]) -> dict[str, Received]:
    """Return the copy of each request, by id; AssertionError when one does not arrive whole.

    Also when one arrives twice.
    """
    wanted = {str(each.request_id): each for each in requests}
    arrived = watch(
        lambda: [
            each
            for each in scene.shadow.received(wanted if len(wanted) < _MANY else None)
            if each.state == "complete" and each.request_id in wanted
        ],
        until=lambda copies: {each.request_id for each in copies} >= wanted.keys(),
        within=for_arrival(_WITHIN),
    ).value
    times = Counter(str(each.request_id) for each in arrived)
    if len(times) < len(wanted):
        raise AssertionError(told(_missing(scene, wanted, times)))
    twice = [f"{wanted[name]}: it was copied {n} times" for name, n in times.items() if n > 1]
    if twice:
        raise AssertionError(told(twice))
    return {str(each.request_id): each for each in arrived}


def _missing(scene: Scene, wanted: Mapping[str, Sent], times: Mapping[str, int]) -> list[str]:
    """Say which requests have no copy; where none has, what the tool said last."""
    if not times:
        first, *others = wanted.values()
        return scene.no_copy(
            f"none of {len(wanted)} requests has a copy" if others else f"{first}: it has no copy"
        )
    rest = [each for name, each in wanted.items() if name not in times]
    found = [f"{len(rest)} of {len(wanted)} requests have no copy"] if len(rest) > 1 else []
    return found + [f"{each}: it has no whole copy" for each in rest]


def await_sentinels(scene: Scene) -> set[str]:
    """Return the ids of requests that were sent last and whose copies have arrived.

    What was sent before had its chance then: the sentinels are as many as a tool may have
    connections in use, and a gateway that checks the shadow's health has done so since. The primary
    behaves well from now on. Those that a gateway broke off, as some do after a reload, may have no
    copy. Raises AssertionError when another's copy stays away.
    """
    sent = [request("GET", "/api/v1/sentinel") for _ in range(_SENTINELS)]
    answers = send_in_turn(scene.entry, sent[:1])
    # A primary that is late has answered by now what came before; the others need not wait for it.
    scene.primary.misbehave()
    answers += send_in_turn(scene.entry, sent[1:])
    answered = [each for each, got in zip(sent, answers, strict=True) if isinstance(got, Answer)]
    if not answered:
        raise AssertionError(f"no sentinel was answered: {answers[0]}")
    await_copies(scene, answered)
    if scene.gateway and scene.gateway.checks_shadow:
        _await_health_checks(scene)
    return {str(each.request_id) for each in sent}


def _await_health_checks(scene: Scene) -> None:
    seen = scene.shadow.health_checks()
    eventually(
        scene.shadow.health_checks,
        until=lambda count: count >= seen + _CHECKS,
        within=10,
        what="the gateway's next health checks of the shadow",
    )


def await_flow(scene: Scene, within: float) -> None:
    """Wait until a new request is copied; AssertionError when none is."""

    def copied() -> bool:
        probe = request("GET", "/api/v1/sentinel")
        send_in_turn(scene.entry, [probe])
        seen = watch(lambda: scene.shadow.copies_of(str(probe.request_id)), bool, _SOON)
        return seen.met

    eventually(copied, bool, within, "a copy of a new request")


def all_but_sentinels(scene: Scene) -> list[Received]:
    """Return what the shadow received beside the sentinels."""
    sentinels = await_sentinels(scene)
    return [each for each in scene.shadow.received() if each.request_id not in sentinels]


def marked_anew(scene: Scene) -> Sent:
    """Return a copy as a gateway with another secret sends it on: with a marker of its own.

    The shadow forgets the copy that this is made of.
    """
    first = request("GET", "/api/v1")
    send(scene.entry, first)
    copy = await_copies(scene, [first])[str(first.request_id)]
    scene.shadow.reset()
    kept = tuple((n, v) for n, v in copy.headers if n.lower().startswith(PASSED))
    return request("GET", "/api/v1", (*kept, (MARKER, "another")))


def check_contents(sent: Sequence[Sent], copies: dict[str, Received]) -> list[str]:
    """Say how copies have another method, target or body than their requests."""
    bare = [Sent(each.method, each.target, (), each.body, each.chunked) for each in sent]
    return [
        f"{each}: {wrong}"
        for each, plain in zip(sent, bare, strict=True)
        for wrong in differences(plain, _without_headers(copies[str(each.request_id)]))
    ]


def check_headers(
    sent: Sequence[Sent],
    copies: dict[str, Received],
    added: frozenset[str] = frozenset(),
    *,
    any_order: bool = False,
) -> list[str]:
    """Say how the headers of copies differ from those of their requests.

    The marker comes on top, credentials are left out, and headers in `added` are forgiven. In any
    order: a gateway that sorts headers also drops an empty User-Agent.
    """
    allowed = ADDED_BY_THE_GATEWAY | added
    return [
        f"{each}: {wrong}"
        for each in sent
        for copy in [copies[str(each.request_id)]]
        for wrong in differences(_without_credentials(each), copy, allowed | _marks(copy))
        if wrong.part in (Part.HEADERS, Part.ORDER)
        and not (any_order and (wrong.part is Part.ORDER or wrong.lost == ("user-agent", "")))
    ]


def _marks(copy: Received) -> set[str]:
    """Return the names of the headers that say that a copy is one."""
    return {MARKER} | {n.lower() for n, _ in copy.headers if n.lower().startswith(PASSED)}


def check_only_reordered(sent: Sequence[Sent], copies: dict[str, Received]) -> list[str]:
    """Say what is wrong with headers besides their order, or that they are in order after all."""
    if not check_headers(sent, copies, ADDED_BY_CLIENTS):
        return ["every header came in its order: the limit is no more"]
    return check_headers(sent, copies, ADDED_BY_CLIENTS, any_order=True)


def check_same_request(left: Received, right: Received, *, order: bool = True) -> list[str]:
    """Say how two requests on different routes arrived differently, but for id and route."""
    found = [] if left.method == right.method else [f"method {left.method}, {right.method}"]
    if left.target.split("/")[3:] != right.target.split("/")[3:]:
        found.append(f"target {left.target}, {right.target}")
    if (left.length, left.sha256, left.state) != (right.length, right.sha256, right.state):
        found.append(f"body of {left.length} and {right.length} bytes")
    if order and left.framing != right.framing:
        found.append(f"framing {left.framing}, {right.framing}")
    one, other = _comparable(left, order=order), _comparable(right, order=order)
    return [f"{left.method} {left.target}: {each}" for each in (*found, *_unlike(one, other))]


def _unlike(one: Pairs, other: Pairs) -> list[str]:
    """Say which headers came on one route only, or that they came in another order."""
    first, second = (Counter(f"{name}: {value!r}" for name, value in each) for each in (one, other))
    found = [f"{each} came on the first route only" for each in first - second]
    found += [f"{each} came on the second route only" for each in second - first]
    return found or (["headers came in another order"] if one != other else [])


def _comparable(received: Received, *, order: bool) -> list[tuple[str, str]]:
    ignored = {"x-request-id", "x-route", *HOP_BY_HOP, *(() if order else ADDED_BY_CLIENTS)}
    headers = [(n.lower(), v) for n, v in received.headers if n.lower() not in ignored]
    return headers if order else sorted(headers)


def _without_headers(received: Received) -> Received:
    return Received(**{**vars(received), "headers": ()})


def _without_credentials(sent: Sent) -> Sent:
    kept = tuple((n, v) for n, v in sent.headers if n.lower() not in CREDENTIALS)
    return Sent(sent.method, sent.target, kept, sent.body, sent.chunked)


def added_headers(scene: Scene) -> set[str]:
    """Return the names of headers that copies have and their requests have not, but the marker.

    What says who forwarded the request counts as one: x-forwarded-*.
    """
    sent = [each.sent for each in scene.exchanges]
    arrived = await_copies(scene, sent)
    allowed = ADDED_BY_THE_GATEWAY | HOP_BY_HOP
    added = {
        name.lower()
        for each in sent
        for copy in [arrived[str(each.request_id)]]
        for name, _ in copy.headers
        if name.lower() not in allowed | _marks(copy) | {own.lower() for own, _ in each.headers}
    }
    return {_FORWARDED + "*" if name.startswith(_FORWARDED) else name for name in added}


def markers(received: Received) -> list[str]:
    """Return the values of the marker on a request."""
    return values(received.headers, MARKER)


def check_marker(copy: Received, marker: str) -> list[str]:
    """Say how a copy does not have the true marker, once."""
    found = markers(copy)
    if found == [marker]:
        return []
    what = (
        f"the copy has the marker {brief(found)}, not {marker}"
        if found
        else "the copy has no marker"
    )
    return [f"{copy.method} {copy.target}: {what}"]


def check_credentials(received: Received, lost: str = "") -> list[str]:
    """Say which credentials of a request that had them all did not arrive, but for a lost one."""
    wanted = {f"{n.lower()}: {value}" for n, value in HEADERS["credentials"] if n != lost}
    came = {f"{n.lower()}: {v}" for n, v in received.headers if n.lower() in CREDENTIALS}
    found = [f"{each.partition(':')[0]} did not arrive as it was sent" for each in wanted - came]
    return sorted(found) + sorted(f"{each} was not expected" for each in came - wanted)


def credentials(received: Received) -> list[str]:
    """Return the credentials that a request carries."""
    return [f"{n}: {v}" for n, v in received.headers if n.lower() in CREDENTIALS]
