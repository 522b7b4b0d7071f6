"""The agent behind a real HAProxy, with the reference configurations, over SPOE and a log ring."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from mirror_recorder.testing import eventually

from .agent_process import ROOT
from .haproxy_stack import HAPROXY, KINDS, MARKER, Stack

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module", params=KINDS)
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """A stack of each kind; tests leave it as they found it."""
    with ExitStack() as stack:
        yield Stack(stack, request.param, tmp_path_factory.mktemp(request.param))


def fields(entry: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name.lower(), value) for name, value in entry["headers"]]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("marker", ["", "secret"])
def test_the_configuration_is_valid_without_a_warning(kind: str, marker: str) -> None:
    environment = {**os.environ, **({"MIRROR_MARKER": marker} if marker else {})}
    config = ROOT / "docker" / f"haproxy-{kind}" / "haproxy.cfg"
    outcome = subprocess.run(
        [HAPROXY, "-dW", "-c", "-f", str(config)],
        capture_output=True, text=True, env=environment, check=False,
    )  # fmt: skip
    assert outcome.returncode == 0, outcome.stderr
    assert "WARNING" not in outcome.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_all_but_mirroring_is_the_plain_configuration(kind: str) -> None:
    """Routing is written once: what stands outside the marks is a copy of the plain file."""

    def settings(path: Path) -> list[str]:
        text = path.read_text()
        text = re.sub(r"^ *# >>> mirroring.*?# <<< mirroring\n", "", text, flags=re.DOTALL | re.M)
        return [line for line in text[text.index("\nglobal\n") :].splitlines() if line.strip()]

    docker = ROOT / "docker"
    assert settings(docker / f"haproxy-{kind}" / "haproxy.cfg") == settings(
        docker / "haproxy" / "haproxy.cfg"
    )


@pytest.mark.parametrize(
    "method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"]
)
def test_every_method_is_copied(both: Stack, method: str) -> None:
    body = None if method in ("GET", "HEAD") else b"x=1"
    status, name = both.ask(method, "/api/v1/method", body)
    copy = both.copy(name)
    assert (status, copy["method"], copy["length"]) == (200, method, 3 if body else 0)


@pytest.mark.parametrize(
    "target",
    [
        "/api/v1",
        "/api/v1?",
        "/api/v1/a%2Fb//c;d=1?q=%20&x",
        "/api/v1/" + "x" * 4000,
        "/api/v1/%C3%A9",
    ],
)
def test_the_raw_target_is_copied(both: Stack, target: str) -> None:
    _, name = both.ask("GET", target)
    assert both.copy(name)["target"] == target


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("size", [1, 4096, 16384, 40000])
def test_a_body_that_fits_is_copied_whole(both: Stack, size: int, chunked: bool) -> None:
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    pieces = iter([body[: size // 3], body[size // 3 :]]) if chunked and size > 2 else body
    _, name = both.ask("POST", "/api/v1/body", pieces)
    copy, original = both.copy(name), both.original(name)
    assert (copy["sha256"], copy["length"]) == (original["sha256"], size)
    assert copy["framing"] == "length"


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_does_not_fit_is_not_copied_but_reaches_the_primary(
    both: Stack, chunked: bool
) -> None:
    before = both.agent.figure("dropped_total", reason="cut")
    body = os.urandom(200_000)
    _, name = both.ask("POST", "/api/v1/large", iter([body]) if chunked else body)
    eventually(lambda: both.agent.figure("dropped_total", reason="cut"), lambda n: n == before + 1)
    assert both.original(name)["length"] == 200_000
    assert both.shadow.journal(name) == []


def test_a_copy_has_the_primarys_headers_but_for_marker_and_connection(both: Stack) -> None:
    _, name = both.ask(
        "GET", "/api/v1/headers",
        X_Twice="1", x_twice="2", X_Empty="", Cookie="a=b", Authorization="Basic x",
        Connection="keep-alive, X-Hop", X_Hop="1", TE="trailers", X_Mirrored_By="forged",
    )  # fmt: skip
    copy, original = fields(both.copy(name)), fields(both.original(name))
    assert ("x-mirrored-by", MARKER) in copy
    assert "x-mirrored-by" not in dict(original)
    gone = {"connection", "x-hop", "te", "x-route", "x-mirrored-by", "cookie", "authorization"}
    assert [f for f in copy if f[0] not in gone] == [f for f in original if f[0] not in gone]
    assert not gone - {"x-mirrored-by"} & {key for key, _ in copy}
    assert [value for key, value in copy if key == "x-twice"] == ["1", "2"]


def test_routes_have_their_shares_and_denied_requests_no_copy(both: Stack) -> None:
    before = both.agent.account()
    for _ in range(300):
        both.ask("GET", "/api/v2/share")
    assert both.ask("GET", "/api/v3/never")[0] == 200
    assert both.ask("GET", "/nowhere")[0] == 404
    assert both.ask("DELETE", "/api/v2/denied")[0] == 405
    eventually(lambda: both.agent.account()["received"] - before["received"], lambda n: n >= 300, 5)
    after = both.agent.account()
    assert after["received"] - before["received"] == 300
    # Four standard deviations of 300 draws at one half: 4 * sqrt(75) = 35.
    assert abs(after["sent"] + after["in_flight"] - before["sent"] - 150) <= 35


def test_a_true_marker_is_kept_and_such_a_request_is_not_mirrored(both: Stack) -> None:
    _, name = both.ask("GET", "/api/v1/copy", X_Mirrored_By=MARKER)
    _, sentinel = both.ask("GET", "/api/v1/sentinel")
    both.copy(sentinel)
    assert ("x-mirrored-by", MARKER) in fields(both.original(name))
    assert both.shadow.journal(name) == []
