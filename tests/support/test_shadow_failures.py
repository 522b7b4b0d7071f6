"""A shadow's failure is one only for a gateway that would have reached it."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from features.support.operator import faults
from features.support.scene import Scene
from features.support.wire.client import ClientError

FELT = "no copy reached the shadow, so its failure was felt by nobody"


@pytest.mark.parametrize(("mirrors", "found"), [(True, []), (False, [FELT])])
def test_who_copies_nothing_feels_no_shadow_that_refuses(
    monkeypatch: pytest.MonkeyPatch, mirrors: bool, found: list[str]
) -> None:
    monkeypatch.setattr(faults, "ask", lambda *_: ClientError("refused"))
    scene: Any = SimpleNamespace(
        in_front=SimpleNamespace(mirrors=mirrors), shadow=None, copies=list, says=str
    )
    assert faults.check_failure(cast(Scene, scene), "refuses connections") == found
