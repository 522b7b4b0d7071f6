"""Gateways that mirror by themselves, asked for what no client of the specification asks for."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial

import pytest
import requests

from features.support.gateways.catalogue import CATALOGUE
from features.support.stack.local import LocalStack
from features.support.waiting import eventually
from features.support.wire.client import request, send
from features.support.wire.recorder import Recorder
from tests.local_stack import local_stack

pytestmark = pytest.mark.stack

MIRRORING = ("HAProxy with Lua", "Nginx", "Envoy", "Traefik")


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    with local_stack() as stack:
        yield stack


@pytest.fixture
def looped() -> Iterator[Callable[[str], tuple[LocalStack, Recorder]]]:
    """Starts a gateway that is its own shadow, and has no secret."""
    with ExitStack() as ends:

        def start(name: str) -> tuple[LocalStack, Recorder]:
            stack = ends.enter_context(local_stack())
            gateway = CATALOGUE[name]
            (service,) = gateway.services
            loop = {"SHADOW": f"{{{service.name}.proxy}}", "MIRROR_MARKER": ""}
            own = replace(service, environment={**service.environment, **loop})
            stack.start(replace(gateway, services=(own,)))
            primary = Recorder("primary", partial(stack.address, "primary"))
            ends.callback(primary.close)
            primary.reset()
            return stack, primary

        yield start


@pytest.mark.parametrize("name", MIRRORING)
def test_a_loop_without_a_secret_ends_with_the_first_copy(
    looped: Callable[[str], tuple[LocalStack, Recorder]], name: str
) -> None:
    stack, primary = looped(name)
    entry = stack.address(CATALOGUE[name].front, "proxy")
    probe = request("GET", "/api/v1/looped")
    assert send(entry, probe).status == 200
    if name != "HAProxy with Lua":  # finds no shadow: what it is its own does not check as one
        eventually(
            lambda: primary.copies_of(str(probe.request_id)),
            lambda seen: len(seen) == 2,
            5,
            "the request and its copy at the primary",
        )
    last = request("GET", "/api/v1/last")
    assert send(entry, last).status == 200
    primary.await_request(str(last.request_id))
    assert len(primary.copies_of(str(probe.request_id))) <= 2


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/quitquitquit", 403),
        ("POST", "/runtime_modify?mirror.v1=0", 403),
        ("POST", "/healthcheck/fail", 403),
        ("POST", "/reset_counters", 403),
        ("GET", "/config_dump", 403),  # tells the marker
        ("GET", "/", 403),
        ("GET", "/stats?filter=runtime", 200),
        ("GET", "/ready", 200),
    ],
)
def test_envoys_admin_interface_lets_nothing_be_changed(
    stack: LocalStack, method: str, path: str, status: int
) -> None:
    stack.start(CATALOGUE["Envoy"])
    url = f"http://{stack.address('envoy', 'stats')}{path}"
    assert requests.request(method, url, timeout=5).status_code == status
