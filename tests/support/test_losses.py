"""What was counted as lost is held against what has no copy."""

import pytest

from features.support.checks import losses
from features.support.checks.losses import _LAST_WORDS, Loss
from features.support.scene import Exchange, Scene
from features.support.wire.client import ClientError
from features.support.wire.exchange import Sent

TEXT = "info agent ended spoe=12 shadow.received=12 shadow.sent=9 shadow.failed.connect=3"
JSON = '{"event": "ended", "shadow.received": 12, "shadow.sent": 9, "shadow.failed.connect": 3}'
TEN = [Exchange(Sent("GET", "/", (), None), ClientError("none"))] * 10


@pytest.mark.parametrize("words", [TEXT, JSON])
def test_the_agents_last_words_are_read_in_either_form(words: str) -> None:
    told = {name: int(value) for name, value in _LAST_WORDS.findall(words)}
    assert told == {"received": 12, "sent": 9, "failed.connect": 3}


@pytest.mark.parametrize(
    ("loss", "right"),
    [
        (Loss(4), True),
        (Loss(3), False),
        (Loss(5), False),
        (Loss(3, 1), True),
        (Loss(1, 9), True),
        (Loss(1, 2), False),
        (Loss(5, 9), False),
    ],
)
def test_what_is_counted_is_what_is_missing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, loss: Loss, right: bool
) -> None:
    monkeypatch.setattr(losses, "without_copy", lambda _: 4)
    scene.exchanges = TEN
    assert (losses.check_all_counted(scene, loss) == []) is right
