"""Gateways in surroundings, and asked for things, that the specification does not play."""

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

# Which secret the gateway has, and which one the tool beside it.
SECRETS = (
    *(
        (name, "", "")
        for name in (
            *("HAProxy with SPOE", "HAProxy with Lua", "HAProxy with a log ring"),
            *("HAProxy with GoReplay", "HAProxy with Teeproxy", "Nginx", "Envoy", "Traefik"),
        )
    ),
    *(
        (name, *secrets)
        for name in ("HAProxy with SPOE", "HAProxy with GoReplay")
        for secrets in (("one", ""), ("", "one"), ("one", "other"))
    ),
)

Looped = Callable[[str, str, str], tuple[LocalStack, Recorder]]


@pytest.fixture
def looped() -> Iterator[Looped]:
    """Starts a gateway that is its own shadow, with secrets of the gateway and of its tool."""
    with ExitStack() as ends:

        def start(name: str, secret: str, tool: str) -> tuple[LocalStack, Recorder]:
            stack = ends.enter_context(local_stack())
            gateway = CATALOGUE[name]
            if reason := stack.why_not(gateway):
                pytest.skip(reason)
            loop = {"SHADOW": f"{{{gateway.front}.proxy}}"}
            services = [
                replace(
                    each,
                    environment={
                        **each.environment,
                        **loop,
                        "MIRROR_MARKER": secret if each.name == gateway.front else tool,
                    },
                )
                for each in gateway.services
            ]
            stack.start(replace(gateway, services=tuple(services)))
            primary = Recorder("primary", partial(stack.address, "primary"))
            ends.callback(primary.close)
            primary.reset()
            return stack, primary

        yield start


@pytest.mark.parametrize(("name", "secret", "tool"), SECRETS)
def test_a_loop_ends_with_the_first_copy_whatever_the_secrets(
    looped: Looped, name: str, secret: str, tool: str
) -> None:
    stack, primary = looped(name, secret, tool)
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


# The dump tells the marker.
FORBIDDEN = (
    *("POST /quitquitquit", "POST /runtime_modify?mirror.v1=0", "POST /healthcheck/fail"),
    *("POST /reset_counters", "GET /config_dump", "GET /"),
)


def test_envoys_admin_interface_lets_nothing_be_changed() -> None:
    with local_stack() as stack:
        stack.start(CATALOGUE["Envoy"])
        url = f"http://{stack.address('envoy', 'stats')}"
        for asked in (*FORBIDDEN, "GET /stats?filter=runtime", "GET /ready"):
            method, path = asked.split()
            status = requests.request(method, url + path, timeout=5).status_code
            assert status == (403 if asked in FORBIDDEN else 200), asked
