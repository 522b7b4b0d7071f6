"""Which requests have a copy, and at which shadow."""

from contextlib import ExitStack

from mirror_recorder.testing import RecorderProcess

from .conftest import StartAgent
from .test_shadow import ask


def test_a_route_can_name_its_shadows(
    recorder: RecorderProcess, start_agent: StartAgent, stack: ExitStack
) -> None:
    other = stack.enter_context(RecorderProcess(name="other"))
    agent = start_agent(
        recorder.port,
        shadow=f'}}\n  - {{name: other, address: "127.0.0.1:{other.port}", host: o.example',
        more="routes: [{prefix: /a, shadows: [other]}, {prefix: /}]",
    )
    ask(agent, 3, b"/a/1")
    ask(agent, 2, b"/b")
    assert agent.settled(5, "shadow")["sent"] == 2
    assert agent.settled(5, "other")["sent"] == 5
    assert agent.figure("dropped_total", shadow="shadow", reason="other_shadow") == 3
    hosts = {value for e in other.journal() for name, value in e["headers"] if name == "Host"}
    assert hosts == {"o.example"}


def test_routes_are_segments_methods_and_shares(
    recorder: RecorderProcess, start_agent: StartAgent
) -> None:
    agent = start_agent(
        recorder.port,
        more="routes: [{prefix: /all}, {prefix: /none, share: 0}, {prefix: /none/but},"
        " {prefix: /half, share: 50}, {prefix: /read, methods: [GET, HEAD]}]",
    )
    for target in (b"/all", b"/all/", b"/all?x", b"/all/x", b"/none/but"):
        ask(agent, target=target)
    for target in (b"/", b"/allx", b"/none", b"/none/bu"):
        ask(agent, target=target)
    ask(agent, target=b"/read", method=b"POST")
    assert agent.settled(10)["sent"] == 5
    assert agent.figure("dropped_total", reason="no_route") == 2
    assert agent.figure("dropped_total", reason="not_sampled") == 2
    assert agent.figure("dropped_total", reason="method") == 1
    ask(agent, 4000, b"/half")
    # Four standard deviations of 4000 draws at one half: 4 * sqrt(1000) = 126.
    assert abs(agent.settled(4010)["sent"] - 5 - 2000) <= 126


def test_a_copy_is_not_mirrored_again(recorder: RecorderProcess, start_agent: StartAgent) -> None:
    agent = start_agent(recorder.port, more="copies: {marker: X-Copy, marker_value: s3cret}")
    ask(agent, headers=b"host: a\r\nx-copy: s3cret\r\n\r\n")
    ask(agent, headers=b"host: a\r\nx-copy: forged\r\n\r\n")
    account = agent.settled(2)
    assert (account["sent"], account["dropped"]) == (1, 1)
    assert agent.figure("dropped_total", reason="loop") == 1
    assert agent.figure("forged_markers_total") == 1
    markers = [value for name, value in recorder.entry()["headers"] if name.lower() == "x-copy"]
    assert markers == ["s3cret"]
