"""What a person needs to see when a scenario failed, and the little that is kept when it passed."""

import hashlib
import sys
from collections.abc import Callable, Iterator
from functools import partial

import allure

from features.reporting.strict_limits import StrictScenario
from features.support.errors import CannotFindOutError
from features.support.scene import Scene
from features.support.wire.client import Exchange
from features.support.wire.exchange import Answer, Headers, Received, Sent
from features.support.wire.recorder import Recorder

_SHOWN = 20  # exchanges and journal entries in a report
_BODY_SHOWN = 200  # bytes


def attach(scene: Scene, *, failed: bool) -> None:
    """Attach what a person needs to the running scenario's report: little, or all there is."""
    texts = report(scene) if failed else {"What was sent": summary(scene)}
    for title, text in texts.items():
        allure.attach(text, title, allure.attachment_type.TEXT)


def attach_break(scenario: object) -> None:
    """Attach how a promise broke that a limit says is not kept."""
    if isinstance(scenario, StrictScenario) and scenario.broken:
        allure.attach(scenario.broken, "How the promise breaks", allure.attachment_type.TEXT)


def attach_failed_cleanup(reason: Exception, scenario: object | None) -> None:
    """Tell the report that a scenario, or the run where there is none, did not clean up."""
    print(f"error: clean-up: {reason}", file=sys.stderr)
    allure.global_error(reason)
    if scenario is not None:
        allure.attach(str(reason), "The clean-up failed", allure.attachment_type.TEXT)


def summary(scene: Scene) -> str:
    """Return one line: how many requests the scenario sent, and what statuses came back."""
    statuses = sorted({str(each.status or "no answer") for each in scene.exchanges})
    ids = {each.sent.request_id for each in scene.exchanges}
    return (
        f"{len(scene.exchanges)} requests ({', '.join(statuses) or 'none'}), {len(ids)} request ids"
    )


def report(scene: Scene) -> dict[str, str]:
    """Return titled texts: the exchanges, both journals, and the logs since the scenario began."""
    texts = {"Exchanges": "\n\n".join(_shown([_exchange(each) for each in scene.exchanges]))}
    for name, recorder in scene.recorders.items():
        texts[f"Journal of the {name}"] = _readable(partial(_journal, recorder))
    names = [each.name for each in scene.gateway.services] if scene.gateway else []
    for name in [*scene.recorders, *names]:
        texts[f"Log of {name}"] = _readable(partial(scene.stack.logs, name))
    return {title: text or "(nothing)" for title, text in texts.items()}


def _journal(recorder: Recorder) -> str:
    return "\n\n".join(_shown([_received(each) for each in recorder.received()]))


def _readable(read: Callable[[], str]) -> str:
    try:
        return read()
    except CannotFindOutError as reason:
        return f"(not readable: {reason})"


def _shown(texts: list[str]) -> list[str]:
    rest = len(texts) - _SHOWN
    return texts[:_SHOWN] + ([f"… and {rest} more"] if rest > 0 else [])


def _exchange(exchange: Exchange) -> str:
    return "\n".join([*_sent(exchange.sent), "", *_answer(exchange.answer)])


def _sent(sent: Sent) -> Iterator[str]:
    yield f"> {sent.method} {sent.target}"
    yield from _headers(">", sent.headers)
    if sent.body is not None:
        digest = hashlib.sha256(sent.body).hexdigest()
        framing = "in chunks" if sent.chunked else "with its length"
        yield f"> ({len(sent.body)} bytes {framing}, sha256 {digest})"


def _answer(answer: Answer | Exception) -> Iterator[str]:
    if not isinstance(answer, Answer):
        yield f"< no answer: {answer}"
        return
    yield f"< {answer.status} after {answer.elapsed * 1000:.1f} ms"
    yield from _headers("<", answer.headers)
    yield f"< {answer.body[:_BODY_SHOWN].decode('utf-8', 'replace')}"


def _received(received: Received) -> str:
    head = (
        f"{received.method} {received.target} ({received.state}, connection {received.connection})"
    )
    body = f"({received.length} bytes, {received.framing}, sha256 {received.sha256})"
    return "\n".join([head, *_headers(" ", received.headers), body])


def _headers(mark: str, headers: Headers) -> Iterator[str]:
    return (f"{mark} {name}: {value}" for name, value in headers)
