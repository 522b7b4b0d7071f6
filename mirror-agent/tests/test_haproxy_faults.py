"""HAProxy and agent in trouble: clients notice nothing, and what is lost is counted."""

import http.client
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from mirror_recorder.testing import eventually

from .haproxy_stack import KINDS, Stack

pytestmark = pytest.mark.stack

StartStack = Callable[[str], Stack]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[StartStack]:
    """Makes a stack of a kind that a test may break."""
    with ExitStack() as stack:
        yield lambda kind: Stack(stack, kind, tmp_path)


def slow_requests(stack: Stack, seconds: float) -> tuple[int, int]:
    """Requests one after the other for a time: how many, and how many took over 20 ms more."""
    connection = http.client.HTTPConnection("127.0.0.1", stack.gateway_port, timeout=10)
    end, count, slow = time.monotonic() + seconds, 0, 0
    try:
        while time.monotonic() < end:
            started = time.monotonic()
            connection.request("GET", "/api/v1/while")
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200
            count += 1
            slow += time.monotonic() - started > 0.05
    finally:
        connection.close()
    return count, slow


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_clients_do_not_notice_a_dead_or_stalled_agent(
    own: StartStack, kind: str, number: signal.Signals
) -> None:
    stack = own(kind)
    stack.agent.signal(number)
    count, slow = slow_requests(stack, 1.5)
    assert count > 50
    assert slow <= 5


def test_a_restarted_agent_gets_requests_again_and_the_gap_is_counted(own: StartStack) -> None:
    stack = own("spoe")
    stack.agent.signal(signal.SIGTERM)
    assert stack.agent.wait() == 0
    eventually(
        lambda: (
            stack.ask("GET", "/api/v1/gap"),
            stack.haproxy_figure("haproxy_mirror_errors_total"),
        )[1],
        lambda n: n >= 3,
    )
    with stack.new_agent() as agent:
        stack.agent = agent
        eventually(stack.probe, lambda sent: sent > 0, 3)


def test_a_ring_that_reconnects_loses_nothing_and_says_so(own: StartStack) -> None:
    stack = own("ring")
    stack.agent.signal(signal.SIGSTOP)
    for _ in range(50):
        stack.ask("GET", "/api/v1/stalled")
    stack.agent.signal(signal.SIGCONT)
    lines = stack.haproxy_figure("haproxy_mirror_lines_total")
    account = stack.agent.settled(int(lines))
    assert account["sent"] == lines
    assert stack.agent.figure("ring_lost_total") == 0
    assert stack.agent.figure("ring_before_first_total") == 0


def test_what_the_ring_loses_is_counted_to_the_line(own: StartStack) -> None:
    """Lines of 40 KB overflow a ring of 4 MiB and TCP's buffers while the agent stands still."""
    stack = own("ring")
    stack.agent.signal(signal.SIGSTOP)
    body = os.urandom(40_000)
    for _ in range(400):
        stack.ask("POST", "/api/v1/flood", body)
    stack.agent.signal(signal.SIGCONT)
    # HAProxy says itself that it dropped lines; their numbers show it with the next line.
    eventually(lambda: stack.agent.figure("ring_reported_total"), lambda n: n > 0, 10)
    stack.ask("GET", "/api/v1/next")
    lines = stack.haproxy_figure("haproxy_mirror_lines_total")
    eventually(
        lambda: (
            stack.agent.figure("requests_total", input="ring")
            + stack.agent.figure("ring_lost_total")
        ),
        lambda n: n == lines,
        10,
    )
    assert stack.agent.figure("ring_lost_total") >= 10
    assert stack.agent.figure("dropped_total", reason="malformed") == 0


def test_a_reload_of_haproxy_loses_no_request_and_no_copy(own: StartStack) -> None:
    stack = own("spoe")
    before = stack.agent.account()["received"]
    for n in range(60):
        if n in (20, 40):
            stack.reload()
        assert stack.ask("GET", "/api/v1/reload")[0] == 200
    eventually(lambda: stack.agent.account()["received"] - before, lambda n: n == 60, 5)


def test_a_reload_of_haproxy_begins_a_new_series_and_costs_few_copies(own: StartStack) -> None:
    """The old process leaves its ring at once: what it still answers is not mirrored."""
    stack = own("ring")
    before = stack.agent.account()["received"]
    for n in range(60):
        if n in (20, 40):
            stack.reload()
        assert stack.ask("GET", "/api/v1/reload")[0] == 200
    received = eventually(
        lambda: stack.agent.account()["received"] - before, lambda count: count >= 60 - 6
    )
    assert received <= 60
    assert stack.agent.figure("ring_repeated_total") == 0
    assert stack.agent.figure("ring_before_first_total") == 0
