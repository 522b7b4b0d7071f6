"""Configurations that people copy from one another, and what becomes of them in this HAProxy."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from features.support.gateways.catalogue import CATALOGUE
from features.support.operator import live_edits
from features.support.operator.config_check import Verdict
from features.support.operator.live_edits import Edit
from features.support.scene import Scene
from features.support.stack import Stack

_MAIN, _SCRIPT = "haproxy.cfg", "mirror.lua"

# As it is passed on, with the addresses and timeouts that any configuration needs.
_SPOE = {
    _MAIN: """\
global
    default-path config

defaults
    mode http
    timeout connect 1s
    timeout client  1s
    timeout server  1s

backend spoe-mirror
    mode tcp
    server spoe1 127.0.0.1:12345

frontend http_front
    bind 127.0.0.1:10004
    filter spoe engine mirror config spoe-mirror.conf
""",
    "spoe-mirror.conf": """\
[mirror]
spoe-agent mirror-agent
    messages   mirror-request
    option     async
    timeout    processing 2s
    maxconnrate 100
    maxerrrate  50
    use-backend spoe-mirror

spoe-message mirror-request
    args method=method path=path
    event on-frontend-http-request
""",
}

# "The implementation depends on the Lua HTTP client": this much is passed on.
_EMPTY = """\
core.register_action("mirror-request", { "http-req" }, function(txn)
    -- Async HTTP request to shadow backend
    -- Implementation depends on Lua HTTP client
end)
"""
# The HTTP client that HAProxy itself has, used as its name suggests.
_BLOCKING = """\
core.register_action("mirror-request", { "http-req" }, function(txn)
    local id = txn.sf:req_hdr("x-request-id")
    core.httpclient():get({
        url = "http://" .. os.getenv("SHADOW") .. txn.sf:path(),
        headers = { ["x-request-id"] = { id } },
    })
end)
"""
SCRIPTS: Mapping[str, str] = {
    "the Lua script that people copy": _EMPTY,
    "a Lua script that sends the copy first": _BLOCKING,
}
_GLOBAL, _ROUTES = "\nglobal\n", "    use_backend api_v1 if v1\n"
_LOADED = _GLOBAL + "    lua-load {path}\n"
_CALLED = f"    http-request lua.mirror-request if v1\n{_ROUTES}"


def check_circulating_spoe(stack: Stack) -> Verdict:
    """Let HAProxy check the SPOE configuration that people copy."""
    return _check(stack, _SPOE)


def check_own_spoe(stack: Stack) -> Verdict:
    """Let HAProxy check this project's SPOE configuration; warnings count as faults."""
    gateway = CATALOGUE["HAProxy with SPOE"]
    (front,) = (each for each in gateway.services if each.name == gateway.front)
    directory = Path(str(front.configuration)).parent
    return _check(stack, {each.name: each.read_text() for each in directory.iterdir()}, "-dW")


def _check(stack: Stack, files: Mapping[str, str], *options: str) -> Verdict:
    argv = ["{program}", *options, "-c", "-f", f"{{files}}/{_MAIN}"]
    return Verdict(stack.exec("haproxy", argv, files))


def load(scene: Scene, script: str) -> Iterator[None]:
    """Let the gateway call a Lua script for each request on v1; when resumed, undo it.

    Raises CannotFindOutError when the configuration is not as expected.
    """
    file = scene.stack.configuration("haproxy").with_name(_SCRIPT)
    file.write_text(SCRIPTS[script])
    loaded = _LOADED.format(path=_path(scene.stack))
    yield from live_edits.edited(scene, "haproxy", [Edit(_GLOBAL, loaded), Edit(_ROUTES, _CALLED)])
    file.unlink()


def _path(stack: Stack) -> Path:
    """Return where HAProxy finds the script: beside its configuration."""
    own = stack.exec("haproxy", ["echo", "{configuration}"])
    return Path(own.output.strip()).with_name(_SCRIPT)
