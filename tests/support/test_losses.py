"""What was counted as lost is held against what has no copy."""

from types import SimpleNamespace
from typing import cast

import pytest

from features.support.checks import losses
from features.support.checks.losses import Loss
from features.support.scene import Scene
from features.support.wire.client import ClientError, Exchange
from features.support.wire.exchange import Sent

TEN = [Exchange(Sent("GET", "/", (), None), ClientError("none"))] * 10


def test_what_is_counted_is_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(losses, "without_copy", lambda _: 4)
    scene = cast("Scene", SimpleNamespace(exchanges=TEN))
    for right in (Loss(4), Loss(3, 1), Loss(1, 9)):
        assert losses.check_all_counted(scene, right) == []
    for wrong in (Loss(3), Loss(5), Loss(1, 2), Loss(5, 9)):
        assert losses.check_all_counted(scene, wrong) != []
