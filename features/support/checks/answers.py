"""Judgements in words: each function lists what is wrong, so an empty list means all is well."""

import re
from collections import Counter
from collections.abc import Sequence

from features.support.gateways.catalogue import CATALOGUE
from features.support.telling import brief
from features.support.waiting import patient
from features.support.wire.client import Exchange
from features.support.wire.exchange import Answer, Received, first, values

_NAMES = {
    re.escape(name)
    for gateway in CATALOGUE.values()
    for name in (gateway.front_service.title, *gateway.software)
}
_SOFTWARE = re.compile("|".join([*sorted(_NAMES), r"\d+\.\d+\.\d+"]), re.IGNORECASE)
_SHOWN = 5  # examples in a message


def check_answer(exchange: Exchange) -> list[str]:
    """Say how an answer is not the primary's answer to this very request."""
    answer, request = exchange.answer, exchange.sent
    what = f"{request.method} {request.target}"
    if not isinstance(answer, Answer):
        return [f"{what}: the client got no answer: {answer}"]
    if answer.service != "primary":
        return [f"{what}: status {answer.status} came from {answer.service or 'the gateway'}"]
    found = [] if answer.status == 200 else [f"{what}: the primary's status was {answer.status}"]
    if request.request_id and answer.request_id != request.request_id:
        found.append(f"{what}: got the answer to request {answer.request_id}")
    return found


def check_answers(exchanges: Sequence[Exchange]) -> list[str]:
    """Say which answers are not the primary's; all of them must be."""
    found = [wrong for each in exchanges for wrong in check_answer(each)]
    if not found:
        return [] if exchanges else ["nothing was sent"]
    return [f"{len(found)} of {len(exchanges)} requests went wrong", *found[:_SHOWN]]


def is_empty_success(exchange: Exchange) -> bool:
    """Tell whether a client got a status 200 without a body, as if all were well."""
    answer = exchange.answer
    return isinstance(answer, Answer) and answer.status == 200 and not answer.body


def check_empty_successes(exchanges: Sequence[Exchange], target: str) -> list[str]:
    """Say which answers to requests for a target are not a status 200 without a body."""
    return [
        f"{each.sent}: {each.answer}"
        for each in exchanges
        if each.sent.target == target and not is_empty_success(each)
    ]


def unanswered(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """List the requests whose clients got no answer."""
    return [each for each in exchanges if not isinstance(each.answer, Answer)]


def check_refusal(exchange: Exchange, status: int, allowed: str | None = None) -> list[str]:
    """Say how an answer is not the gateway's own refusal with a status and an Allow header."""
    answer = exchange.answer
    if not isinstance(answer, Answer):
        return [f"the client got no answer: {answer}"]
    found = [] if answer.status == status else [f"status {answer.status} instead of {status}"]
    if answer.service is not None:
        found.append(f"the answer came from the {answer.service}")
    if allowed is not None and first(answer.headers, "allow") != allowed:
        found.append(f"Allow is {first(answer.headers, 'allow')!r} instead of {allowed!r}")
    return found


def check_duration(exchange: Exchange, seconds: float) -> list[str]:
    """Say how an answer took longer than so many seconds."""
    answer = exchange.answer
    if isinstance(answer, Answer) and answer.elapsed < patient(seconds):
        return []
    return [f"{exchange.sent}: not answered within {seconds:g} s: {answer}"]


def check_exactly_once(ids: Sequence[str], received: Sequence[Received]) -> list[str]:
    """Say which requests did not arrive, or arrived more than once, or were never sent."""
    times = Counter(each.request_id for each in received)
    lost = [each for each in ids if not times[each]]
    repeated = [each for each in ids if times[each] > 1]
    strange = set(times) - set(ids)
    found = [] if ids else ["nothing was sent"]
    found += [f"{len(lost)} of {len(ids)} never arrived: {brief(lost)}"] if lost else []
    found += [f"{len(repeated)} arrived more than once: {brief(repeated)}"] if repeated else []
    found += [f"{len(strange)} arrived that were never sent"] if strange else []
    return found


def check_unique_ids(received: Sequence[Received], count: int) -> list[str]:
    """Say how a number of requests does not have one id each, all different."""
    ids = [values(each.headers, "x-request-id") for each in received]
    found = [] if len(ids) == count else [f"{len(ids)} requests arrived instead of {count}"]
    found += [
        f"a request has the ids {brief(each)}" for each in ids if len(each) != 1 or not each[0]
    ]
    different = {each for some in ids for each in some}
    if len(different) != len(ids):
        found.append(f"{len(ids)} requests have only {len(different)} different ids")
    return found


def check_software_hidden(exchanges: Sequence[Exchange]) -> list[str]:
    """List the headers in answers that name the gateway's software or a version."""
    pairs = [(each.sent, each.answer) for each in exchanges if isinstance(each.answer, Answer)]
    return [
        f"{sent}: the answer has {name}: {value}"
        for sent, answer in pairs
        for name, value in answer.headers
        if _SOFTWARE.search(value) or name.lower() in ("server", "via", "x-powered-by")
    ] + [
        f"{sent}: the body is {brief(answer.body.decode('latin-1'))}"
        for sent, answer in pairs
        if answer.service is None and _names(answer.body)
    ]


def check_software_named(exchanges: Sequence[Exchange], name: str) -> list[str]:
    """Say which answers do not name the software, and nothing else, in their header Server."""
    found = [
        (each.sent, values(each.answer.headers, "server"))
        for each in exchanges
        if isinstance(each.answer, Answer)
    ]
    return [f"{sent}: Server is {brief(got)}, not {name}" for sent, got in found if got != [name]]


def _names(body: bytes) -> bool:
    return bool(_SOFTWARE.search(body.decode("latin-1")))
