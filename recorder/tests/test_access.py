"""Who may change something on the control port."""

import pytest
from mirror_recorder.testing import RecorderProcess, request

CHANGES = [("PUT", "/faults"), ("DELETE", "/faults"), ("DELETE", "/journal"), ("POST", "/reset")]
READING = ["/journal", "/faults", "/healthz"]
EVERYWHERE = ("--control", ":0")
SECRET = {"RECORDER_TOKEN": "s3cret"}


def changes(recorder: RecorderProcess, **headers: str) -> set[int]:
    """The statuses of all kinds of changes."""
    return {recorder.control(method, path, {}, **headers)[0] for method, path in CHANGES}


def test_beyond_loopback_nothing_changes_without_a_token() -> None:
    with RecorderProcess(*EVERYWHERE, RECORDER_TOKEN="") as recorder:
        recorder.ask(request())
        assert changes(recorder) == changes(recorder, Authorization="Bearer ") == {403}
        assert len(recorder.journal()) == 1
        _, document = recorder.control("PUT", "/faults", {"status": 500})
        assert document["error"] == (
            "PUT /faults: changes need a token, as the control port is bound to all, beyond "
            "loopback: start the recorder with RECORDER_TOKEN and send it"
        )
        assert {recorder.control("GET", path)[0] for path in READING} == {200}


@pytest.mark.parametrize("flags", [(), EVERYWHERE], ids=["loopback", "everywhere"])
def test_who_knows_the_token_may_change_everything(flags: tuple[str, ...]) -> None:
    with RecorderProcess(*flags, **SECRET) as recorder:
        for wrong in ({}, {"Authorization": "Bearer s3cre"}, {"Authorization": "Basic s3cret"}):
            assert changes(recorder, **wrong) == {401}
        assert changes(recorder, Authorization="Bearer s3cret") == {200}
        assert {recorder.control("GET", path)[0] for path in READING} == {200}


def test_a_page_in_a_browser_changes_nothing(recorder: RecorderProcess) -> None:
    assert changes(recorder, Origin="http://elsewhere.example") == {403}
    assert changes(recorder) == {200}
