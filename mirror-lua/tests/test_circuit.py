"""A shadow that failed is left alone; what becomes of copies when it is tried again."""

import itertools
import socket
import threading
import time

import pytest

from features.support.waiting import eventually

from .conftest import StartGateway
from .harness import WITHIN, Ask, Gateway
from .raw_shadow import Answer, RawShadow, Received, reset

pytestmark = pytest.mark.stack

FAILURES = 5
WAITING = 10


def once(decided: threading.Event, answer: Answer) -> Answer:
    """An answer that is kept back until it is decided."""

    def late(sock: socket.socket, received: Received) -> None:
        decided.wait()
        answer(sock, received)

    return late


def refuse(sock: socket.socket, _: Received) -> None:
    """Break a connection off."""
    reset(sock)


def left_alone(gateway: Gateway, ask: Ask, shadow: RawShadow) -> None:
    """Let a shadow fail until it is left alone."""
    shadow.answer = refuse
    for number in range(1, FAILURES + 1):
        ask()
        gateway.settled(failed_closed=number)


def while_one_tries(gateway: Gateway, ask: Ask, shadow: RawShadow) -> dict[str, int]:
    """Send requests until a copy of one tries the shadow again, and some more: the figures then."""
    before, sent = len(shadow.requests), itertools.count(1)

    def once_more() -> int:
        ask()
        return next(sent)

    tries = eventually(once_more, lambda _: len(shadow.requests) > before, WITHIN, "a trial")
    total = FAILURES + tries + WAITING
    for _ in range(WAITING):
        once_more()
    return eventually(gateway.account, lambda figures: figures["seen"] == total, WITHIN)


def test_copies_wait_while_one_tries_a_shadow_that_is_back(
    start: StartGateway, raw_shadow: RawShadow
) -> None:
    gateway, decided, well = start(raw_shadow.port), threading.Event(), raw_shadow.answer
    with gateway.client() as ask:
        left_alone(gateway, ask, raw_shadow)
        raw_shadow.answer = once(decided, well)
        then = while_one_tries(gateway, ask, raw_shadow)
        assert len(raw_shadow.requests) == FAILURES + 1
        decided.set()
        gateway.settled(sent=then["queued"], circuit_open=then["circuit_open"])
    assert then["queued"] > WAITING
    assert len(raw_shadow.requests) == FAILURES + then["queued"]


def test_copies_that_waited_are_dropped_when_the_shadow_is_still_dead(
    start: StartGateway, raw_shadow: RawShadow
) -> None:
    gateway, decided = start(raw_shadow.port), threading.Event()
    with gateway.client() as ask:
        left_alone(gateway, ask, raw_shadow)
        raw_shadow.answer = once(decided, refuse)
        then = while_one_tries(gateway, ask, raw_shadow)
        decided.set()
        dropped = then["circuit_open"] + then["queued"] - 1
        gateway.settled(failed_closed=FAILURES + 1, circuit_open=dropped)
    assert len(raw_shadow.requests) == FAILURES + 1


def test_a_long_queue_is_given_up_while_more_comes(
    start: StartGateway, raw_shadow: RawShadow
) -> None:
    """HAProxy interrupts what takes long; requests that come meanwhile must be counted as well."""
    gateway, decided = start(raw_shadow.port, MIRROR_CONNECTIONS="8"), threading.Event()
    raw_shadow.answer = once(decided, refuse)
    with gateway.client() as ask:
        for _ in range(1500):
            ask()
        decided.set()
        for _ in range(500):
            ask()
    figures = gateway.settled()
    assert figures["bytes"] == 0
    assert figures["circuit_open"] > 1000


def test_failures_that_began_before_a_success_say_nothing_of_now(
    start: StartGateway, raw_shadow: RawShadow
) -> None:
    gateway, decided, well = start(raw_shadow.port), threading.Event(), raw_shadow.answer
    raw_shadow.answer = once(decided, refuse)
    with gateway.client() as ask:
        for _ in range(FAILURES):
            ask()
        eventually(lambda: len(raw_shadow.requests), lambda n: n == FAILURES, WITHIN)
        raw_shadow.answer = well
        # HAProxy's script looks at the clock ten times a second.
        soon = time.monotonic() + 0.3
        eventually(ask, lambda _: time.monotonic() > soon, WITHIN)
        decided.set()
        eventually(gateway.account, lambda now: now["failed_closed"] == FAILURES, WITHIN)
    assert "left alone" not in gateway.process.log()
