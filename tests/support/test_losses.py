"""What was counted as lost is held against what has no copy."""

import pytest

from features.support.checks import losses
from features.support.checks.losses import Loss
from features.support.scene import Scene
from features.support.wire.client import ClientError, Exchange
from features.support.wire.exchange import Sent

TEN = [Exchange(Sent("GET", "/", (), None), ClientError("none"))] * 10


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
