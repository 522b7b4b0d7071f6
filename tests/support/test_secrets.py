"""Which lines of a log tell a secret."""

import base64

import pytest

from features.support.checks import secrets
from features.support.checks.secrets import bearing, new, tells


def test_every_secret_is_another() -> None:
    assert new() != new()
    assert {name for name, _ in bearing(new())} == {
        "Authorization",
        "Cookie",
        "Proxy-Authorization",
    }


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_a_secret_is_found_in_clear_and_in_base64(before: str) -> None:
    secret = new()
    coded = base64.b64encode(f"{before}\r\nauthorization: {secret}\r\n\r\n".encode()).decode()
    assert tells(f"m2 1 2 {coded} =", secret)
    assert tells(f"Cookie: session={secret}", secret)
    assert not tells(f"m2 1 2 {coded}", new())
    assert not tells("GET /api/v1 200", secret)


def test_what_is_no_base64_is_no_error() -> None:
    assert secrets.decoded("x" * 41 + " " + "/" * 43) != "never"
