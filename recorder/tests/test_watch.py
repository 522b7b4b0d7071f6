"""The page's server: pairs of originals and copies, their differences, and the events of them."""

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from mirror_recorder.testing import DEADLINE, PACKAGE, RecorderProcess, request
from mirror_recorder.watch.pairs import Pairs, differences

ENTRY = {
    "n": 1,
    "at": 1.0,
    "request_id": "a",
    "method": "POST",
    "target": "/x",
    "version": "1.1",
    "framing": "length",
    "length": 2,
    "sha256": "00",
    "state": "complete",
    "headers": [["Host", "a"], ["Cookie", "k=v"]],
}


@contextmanager
def watching(primary: int, shadow: int) -> Iterator[tuple[str, int]]:
    """The page's server in a process of its own: where it listens."""
    sources = (f"--primary=127.0.0.1:{primary}", f"--shadow=127.0.0.1:{shadow}")
    command = [sys.executable, "-m", "mirror_recorder.watch", *sources, "--listen=127.0.0.1:0"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
        env={**os.environ, "PYTHONPATH": str(PACKAGE)},
    ) as process:
        try:
            assert process.stdout is not None
            yield "127.0.0.1", int(process.stdout.readline().rpartition(":")[2])
            process.terminate()
            assert process.wait(DEADLINE * 5) == 0
        finally:
            process.kill()


class Events:
    """The server-sent events of a page, read as a browser reads them."""

    def __init__(self, where: tuple[str, int]) -> None:
        self._connection = http.client.HTTPConnection(*where, timeout=10)
        self._connection.request("GET", "/events")
        self._answer = self._connection.getresponse()
        assert self._answer.getheader("Content-Type") == "text/event-stream"

    def until(self, wanted: Callable[[str, Any], bool]) -> Any:
        """The first event that is wanted; each read of the connection has a deadline."""
        name = ""
        while line := self._answer.readline().decode():
            kind, _, value = line.rstrip("\n").partition(": ")
            if kind == "event":
                name = value
            elif kind == "data" and wanted(name, json.loads(value)):
                return json.loads(value)
        raise AssertionError("the events have ended")

    def pair(self, request_id: str) -> Any:
        """The pair of a request, once original and copy are known and whole."""
        return self.until(
            lambda name, each: name == "pair" and each["id"] == request_id and is_whole(each)
        )

    def close(self) -> None:
        self._connection.close()


def is_whole(pair: Any) -> bool:
    sides = (pair["primary"], pair["shadow"])
    return all(sides) and all(e["state"] == "complete" for entries in sides for e in entries)


def test_a_copy_that_is_the_same_has_no_differences() -> None:
    assert differences(ENTRY, {**ENTRY, "headers": [["host", "a"], ["cookie", "k=v"]]}) == []


def test_each_difference_has_a_line() -> None:
    headers = [["Host", "b"], ["X-Mirrored-By", "me"]]
    copy = {**ENTRY, "target": "/y", "length": 3, "sha256": "11", "headers": headers}
    assert differences(ENTRY, copy) == [
        "target: /x → /y",
        "length: 2 → 3",
        "body: other bytes",
        "header host: a → b",
        "header removed: cookie",
        "header added: x-mirrored-by: me",
    ]


def test_an_entry_that_is_read_again_is_the_same_one() -> None:
    pairs = Pairs()
    pairs.add("primary", {**ENTRY, "state": "receiving"})
    pair = pairs.add("primary", ENTRY)
    assert [entry["state"] for entry in pair.primary] == ["complete"]
    assert len(pairs.add("shadow", ENTRY).shadow) == 1
    assert len(pairs.add("shadow", {**ENTRY, "n": 2}).shadow) == 2


def test_requests_without_an_id_are_not_joined() -> None:
    pairs = Pairs()
    pairs.add("primary", {**ENTRY, "request_id": None})
    assert pairs.add("shadow", {**ENTRY, "request_id": None}).primary == []


def test_only_the_last_pairs_are_remembered() -> None:
    pairs = Pairs(most=2)
    for each in "abc":
        pairs.add("primary", {**ENTRY, "request_id": each})
    assert pairs.add("shadow", {**ENTRY, "request_id": "a"}).primary == []
    assert pairs.add("shadow", {**ENTRY, "request_id": "c"}).primary != []


def test_originals_and_copies_are_told_as_they_come() -> None:
    with (
        RecorderProcess(name="primary") as primary,
        RecorderProcess() as shadow,
        watching(primary.control_port, shadow.control_port) as where,
    ):
        events = Events(where)
        assert events.until(lambda name, _: name == "silent") == []
        primary.ask(request("POST", "/x", b"body", X_Request_Id="1", Cookie="k=v"))
        shadow.ask(request("POST", "/x", b"body", X_Request_Id="1"))
        pair = events.pair("1")
        assert pair["differences"] == ["header removed: cookie"]
        assert (pair["primary"][0]["target"], pair["shadow"][0]["length"]) == ("/x", 4)
        shadow.control("POST", "/reset")  # it counts from zero, and is followed all the same
        for side in (primary, shadow):
            side.ask(request(X_Request_Id="2"))
        assert events.pair("2")["differences"] == []
        events.close()


def test_a_recorder_that_does_not_answer_is_named() -> None:
    with RecorderProcess(name="primary") as primary, watching(primary.control_port, 1) as where:
        events = Events(where)
        assert events.until(lambda name, _: name == "silent") == ["shadow"]
        primary.ask(request(X_Request_Id="1"))
        pair = events.until(lambda name, _: name == "pair")
        assert (pair["id"], pair["shadow"]) == ("1", [])
        events.close()


@pytest.mark.parametrize("path", ["/", "/page.css", "/page.js"])
def test_the_page_runs_nothing_that_is_not_its_own(path: str) -> None:
    with watching(1, 1) as where:
        connection = http.client.HTTPConnection(*where, timeout=DEADLINE)
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 200
        assert "default-src 'none'" in str(answer.getheader("Content-Security-Policy"))
        assert b"http" not in answer.read().replace(b"http://localhost", b"")
        connection.close()
