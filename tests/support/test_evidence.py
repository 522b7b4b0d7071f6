"""What a report holds of a scenario: little when it passed, all there is when it failed."""

import hashlib

import pytest

from features.reporting import evidence
from features.support import options
from features.support.scene import Scene
from features.support.stack.local import LocalStack
from features.support.waiting import set_patience
from features.support.wire.client import request

pytestmark = pytest.mark.stack


def test_a_passed_scenario_leaves_one_line(scene: Scene) -> None:
    scene.send_in_turn(request("GET", "/api/v1") for _ in range(3))
    scene.send(request("GET", "/absent"))
    assert evidence.summary(scene) == "4 requests (200, 404), 4 request ids"


def test_a_failed_scenario_leaves_what_was_sent_and_answered(scene: Scene) -> None:
    body = b"\x00order"
    sent = scene.send(request("POST", "/api/v1?x", (("X-Tag", "1"), ("X-Tag", "2")), body)).sent
    exchanges = evidence.report(scene)["Exchanges"]
    assert f"> POST /api/v1?x\n> Host: shop.example\n> X-Request-Id: {sent.request_id}" in exchanges
    assert "> X-Tag: 1\n> X-Tag: 2" in exchanges
    assert f"> (6 bytes with its length, sha256 {hashlib.sha256(body).hexdigest()})" in exchanges
    assert "< 200 after " in exchanges
    assert "< x-backend-name: primary" in exchanges
    assert '"backend"' in exchanges


def test_a_request_without_an_answer_is_told(scene: Scene) -> None:
    set_patience(0.02)  # of 10 seconds
    scene.primary.misbehave(hang=True, prefix="/api")
    scene.send(request("GET", "/api/v1"))
    assert "< no answer: GET /api/v1: TimeoutError: " in evidence.report(scene)["Exchanges"]
    assert evidence.summary(scene) == "1 requests (no answer), 1 request ids"


def test_a_long_scenario_is_cut_short_and_says_so(scene: Scene) -> None:
    scene.send_in_turn(request("GET", "/api/v1") for _ in range(23))
    report = evidence.report(scene)
    for title in ("Exchanges", "Journal of the primary"):
        assert report[title].count("GET /api/v1") == 20
        assert report[title].endswith("\n\n… and 3 more")


def test_a_recorder_that_is_gone_is_told_and_hides_nothing_else(scene: Scene) -> None:
    scene.send(request("GET", "/api/v1"))
    scene.stack.stop("primary")
    try:
        report = evidence.report(scene)
    finally:
        scene.restore("primary")
    assert report["Journal of the primary"].startswith("(not readable: the primary's recorder ")
    assert "GET /api/v1" in report["Log of haproxy"]


def test_a_scenario_that_failed_before_its_gateway_leaves_evidence_too() -> None:
    stack = LocalStack(options.parse({"stack": "local"}))
    try:
        report = evidence.report(Scene(stack))
    finally:
        stack.down()
    assert report["Journal of the primary"].startswith("(not readable: primary has not been")
    assert report["Exchanges"] == report["Log of primary"] == "(nothing)"
