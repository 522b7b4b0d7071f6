"""What a policy file says, to the letter, and what the features need of it."""

import re
from pathlib import Path

import pytest

from features.support.errors import FileError
from features.support.paths import DOCKER
from features.support.policy import load, places
from features.support.policy.load import Policy
from features.support.policy.schema import Document, Route, Upstream, mirrored

TEXT = load.REFERENCE.read_text()
HAPROXY = (DOCKER / "haproxy" / "haproxy.cfg").read_text()


def read(text: str, directory: Path) -> Policy:
    file = directory / "policy.yaml"
    file.write_text(text)
    return load.parse(file)


def test_the_reference_asks_for_all_of_v1_half_of_v2_and_nothing_of_v3() -> None:
    routes = load.load().routes
    assert [(each.path_prefix, each.share) for each in routes] == [
        ("/api/v1", 100.0),
        ("/api/v2", 50.0),
        ("/api/v3", 0.0),
    ]


def test_the_reference_says_what_the_reference_gateway_does() -> None:
    """Its methods, and the addresses it has by default."""
    loaded = load.load()
    for acl, prefixes in (("any_method", ["/api/v1"]), ("read_write", ["/api/v2", "/api/v3"])):
        (methods,) = re.findall(rf"acl {acl}\s+method (.*)", HAPROXY)
        for prefix in prefixes:
            assert loaded.route(prefix).methods == methods.split()
    primary, shadow = (
        (host, int(port))
        for host, port in re.findall(r"presetenv (?:PRIMARY|SHADOW)\s+(.*):(\d+)", HAPROXY)
    )
    for service in Document.model_validate(places.read(load.REFERENCE).data).services:
        assert isinstance(service.upstream, Upstream)
        assert (service.upstream.host, service.upstream.port) == primary
        for target in (each for route in service.routes for each in route.targets):
            assert (target.upstream.host, target.upstream.port) == shadow
            assert (target.name, target.timeout) == ("shadow", "5s")
            assert target.headers == {"X-Mirrored-By": "${MIRROR_MARKER}"}


def test_gal_loads_the_reference_as_it_is_loaded_here() -> None:
    """GAL 1.3.0 knows nothing of mirroring; newer ones do."""
    config = pytest.importorskip("gal.config").Config.from_yaml(str(load.REFERENCE))
    assert (config.provider, config.global_config.port) == ("gal", 10004)
    theirs = [route for service in config.services for route in service.routes]
    ours = load.load().routes
    assert [(r.path_prefix, tuple(r.methods)) for r in theirs] == [
        (r.path_prefix, tuple(r.methods)) for r in ours
    ]
    for their, our in zip(theirs, ours, strict=True):
        targets = their.mirroring.targets if getattr(their, "mirroring", None) else ()
        if hasattr(their, "mirroring"):
            assert [t.sample_percentage for t in targets] == [
                t.sample_percentage for t in our.targets
            ]


def test_a_file_may_be_small_and_may_use_the_rest_of_gal(tmp_path: Path) -> None:
    text = """
version: "1.0"
provider: haproxy
services:
  - name: orders
    type: rest
    protocol: http
    upstream:
      targets: [{host: a.example, port: 80, weight: 3}, {host: "::1", port: 81}]
      load_balancer: {algorithm: weighted}
    routes:
      - path_prefix: /orders/
        cors: {enabled: true}
        mirroring:
          enabled: yes
          mirror_request_body: false
          targets:
            - {name: one, upstream: {host: 10.0.0.1, port: 82}}
            - {name: two, upstream: {host: b, port: 83}, sample_percentage: 0.25, timeout: 250ms}
      - path_prefix: /orders/off
        mirroring: {enabled: false, targets: [{name: one, upstream: {host: b, port: 83}}]}
"""
    whole, off = read(text, tmp_path).routes
    assert (whole.path_prefix, whole.methods) == ("/orders", [])
    assert (whole.mirroring.mirror_request_body, whole.mirroring.mirror_headers) == (False, True)
    assert [(each.sample_percentage, each.timeout) for each in whole.targets] == [
        *((100.0, "5s"), (0.25, "250ms")),
    ]
    assert (off.targets, off.share) == ([], 0.0)


_BARE = ("enabled: true", "enabled: true\n          mirror_headers: false")
_TWO = ("targets:\n", "targets:\n            - {name: b, upstream: {host: b, port: 1}}\n")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("100.0", "50", "the features need 100 % of /api/v1 mirrored"),
        ("/api/v3", "/api/v4", "there is no route for /api/v3 among /api/v1, /api/v2, /api/v4"),
        (*_TWO, "policy.yaml:37: services[0].routes[0]: 2 targets, but there is one shadow"),
        (*_BARE, "the features need copies with body and headers"),
    ],
)
def test_the_features_rely_on_some_of_it(old: str, new: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(TEXT.replace(old, new))
    load.parse(file)
    with pytest.raises(FileError, match=re.escape(told)):
        load.load(file)


def test_the_longest_prefix_is_a_requests_route() -> None:
    routes = [Route(path_prefix=prefix) for prefix in ("/", "/api", "/api/v1")]
    found = Policy("f", tuple(routes))
    expected = {"/": 0, "/x": 0, "/api?a=/api/v1": 1, "/api/v10": 1, "/api/v1": 2, "/api/v1/a?b": 2}
    assert {target: routes.index(found.route(target)) for target in expected} == expected
    with pytest.raises(FileError, match=r"^f: there is no route for /b among /a$"):
        Policy("f", (Route(path_prefix="/a"),)).route("/b")


def test_another_share_is_forty_points_away() -> None:
    for share, other in ((50, 10), (100, 60), (49, 89), (20, 60), (0, 40)):
        one = Policy("f", (Route(path_prefix="/a", mirroring=mirrored(share)),))
        assert one.asking_elsewhere("/a").route("/a").share == other
    none = Policy("f", (Route(path_prefix="/a"),))
    assert none.asking_elsewhere("/a").route("/a").share == 40
