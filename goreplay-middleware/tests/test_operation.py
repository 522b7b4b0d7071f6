"""What clients, the account and the machine notice when something is wrong."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .conftest import START_SCRIPT, GoReplay, StartRig
from .rig import eventually, listens, read

pytestmark = pytest.mark.stack
FAULTS: list[dict[str, Any]] = [
    {"delay": 1},
    {"hang": True},
    {"refuse": True},
    {"status": 500},
    {"drop_answer_at": 10, "answer_bytes": 1000},
    {"answer_bytes": 5 << 20},
    {"read_rate": 50_000},
]


@pytest.mark.parametrize("faults", FAULTS, ids=lambda f: next(iter(f)))
def test_the_client_does_not_notice_a_bad_shadow(rig: GoReplay, faults: dict[str, Any]) -> None:
    rig.shadow.faults(**faults)
    client = rig.client()
    before = rig.settled()
    body = b"x" * 300_000 if "read_rate" in faults else None
    answers = [client.send("POST", "/api/v1/x", body=body) for _ in range(20)]
    assert {answer.status for answer in answers} == {200}
    assert max(answer.seconds for answer in answers) < 0.5
    eventually(lambda: rig.account()["received"] - before["received"], lambda n: n == 20, 8)
    after = rig.settled()
    answered = after["sent"] - before["sent"]
    if set(faults) & {"delay", "status"} or faults == {"answer_bytes": 5 << 20}:
        assert answered == 20 == len({e["request_id"] for e in rig.shadow.entries()})
    else:
        assert answered == 0, "no copy was answered in time"


def test_a_get_is_sent_again_when_the_shadow_breaks_a_kept_connection(rig: GoReplay) -> None:
    client = rig.client()
    rig.copies([client.send("GET", "/api/v1/x")])
    rig.shadow.faults(drop_answer_at=0)
    answer = client.send("GET", "/api/v1/x")
    assert answer.status == 200
    eventually(lambda: rig.shadow.entries(answer.id), lambda entries: len(entries) > 1, 5)


def test_copies_flow_again_when_the_shadow_comes_back(rig: GoReplay) -> None:
    rig.shadow.faults(refuse=True)
    client = rig.client()
    for _ in range(1000):
        client.send("GET", "/api/v1/x")
    rig.shadow.faults()
    # SHADOW_TIMEOUT, 2 s here, and one more until the first failures are known.
    rig.copies([client.send("GET", "/api/v1/x")], within=5)
    rig.settled(within=15)


def test_memory_and_files_stay_bounded_with_a_dead_shadow(start: StartRig) -> None:
    rig = start()
    rig.shadow.faults(hang=True)
    client = rig.client()
    slowest = max(client.send("GET", "/api/v1/x").seconds for _ in range(2000))
    assert slowest < 0.5
    eventually(lambda: rig.account()["received"], lambda n: n >= 2000, 5)
    assert rig.gor.files() < 256 + 50
    assert rig.gor.resident() < 300 << 20


def test_nothing_is_lost_while_goreplay_is_stopped_for_a_moment(rig: GoReplay) -> None:
    client = rig.client()
    rig.gor.send(signal.SIGSTOP)
    try:
        answers = [client.send("GET", "/api/v1/x") for _ in range(100)]
    finally:
        rig.gor.send(signal.SIGCONT)
    assert max(answer.seconds for answer in answers) < 0.5
    assert len(rig.copies(answers)) == 100


def test_clients_do_not_notice_that_goreplay_was_killed(start: StartRig) -> None:
    rig = start()
    client = rig.client()
    rig.gor.kill()
    eventually(lambda: listens(rig.environment["METRICS_BIND"]), lambda up: not up, 5)
    answers = [client.send("GET", "/api/v1/x") for _ in range(20)]
    assert {answer.status for answer in answers} == {200}
    rig.start_gor()
    later = [client.send("GET", "/api/v1/x") for _ in range(20)]
    assert len(rig.copies(later)) == 20
    assert not rig.shadow.entries(*(answer.id for answer in answers))


def test_goreplay_ends_when_its_middleware_dies(start: StartRig) -> None:
    rig = start()
    children = subprocess.run(
        ["pgrep", "-g", str(rig.gor.child.pid), "-f", "gor_middleware"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    eventually(rig.gor.child.poll, lambda code: code is not None, 5)
    assert not listens(rig.environment["METRICS_BIND"])
    assert rig.client().send("GET", "/api/v1/x").status == 200


def test_health_tells_whether_anything_is_captured(start: StartRig) -> None:
    rig = start()
    page = f"http://{rig.environment['METRICS_BIND']}/healthz"
    assert read(page) == "ok\n"
    rig.haproxy.send(signal.SIGSTOP)
    eventually(lambda: read(page), lambda text: text == "", 8)


WRONG = {
    "MIRROR_SHARES": ("v1=101", "MIRROR_SHARES: 'v1=101' is not route=percent"),
    "METRICS_BIND": ("9902x", "METRICS_BIND: '9902x' is not a whole number"),
    "SHADOW_TIMEOUT": ("5s", "SHADOW_TIMEOUT: '5s' is not a whole number from 1 to 600"),
    "PYTHON": ("/nowhere", "no /nowhere on this machine"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_settings_are_refused_in_one_line(needs_gor: None, name: str) -> None:
    value, message = WRONG[name]
    environment = {**os.environ, "PYTHON": sys.executable, name: value}
    done = subprocess.run(
        [str(START_SCRIPT)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"goreplay: {message}")
    assert done.stderr.count("\n") == 1


def test_who_has_no_goreplay_is_told_how_to_get_it(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "GOREPLAY": "/nowhere", "PYTHON": sys.executable}
    done = subprocess.run(
        [str(START_SCRIPT), "--check"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == (
        "goreplay: no goreplay on this machine: make tools, or name one with GOREPLAY=path\n"
    )
