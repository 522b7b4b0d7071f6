"""From a YAML file to Settings. Every problem names file, line and key."""

from pathlib import Path

from ..copying import FRAMING, HOP_BY_HOP
from .model import MIB, Address, Copies, RingInput, Route, Settings, Shadow, SpoeInput
from .nodes import ConfigError, Section, Source
from .readers import (
    certificates,
    flag,
    header_value,
    integer,
    listener,
    name,
    number,
    one_of,
    prefix,
    remote,
    seconds,
    size,
    suggestion,
    token,
    variable,
)

_HOUR = 3600.0


def load(path: Path) -> Settings:
    """Read a file; raises ConfigError with all its problems."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([f"{path}: not UTF-8 text"]) from error
    return parse(text, str(path))


def parse(text: str, origin: str) -> Settings:
    """Read a file's text; raises ConfigError with all its problems."""
    source = Source(origin)
    settings = _settings(source.parse(text))
    if source.problems:
        raise ConfigError(source.problems)
    return settings


def _settings(top: Section) -> Settings:
    spoe, ring = _inputs(top)
    shadows = _shadows(top)
    settings = Settings(
        shadows=shadows,
        routes=_routes(top, [shadow.name for shadow in shadows]),
        spoe=spoe,
        ring=ring,
        metrics=_metrics(top),
        copies=_copies(top),
        workers=top.value("workers", 1, integer(1, 64)),
        drain=top.value("drain", 5.0, seconds(0, _HOUR)),
        **_log(top),
    )
    top.finish()
    return settings


def _inputs(top: Section) -> tuple[SpoeInput | None, RingInput | None]:
    inputs = top.section("inputs")
    if inputs is None:
        if not top.has("inputs"):
            top.problem("inputs", "missing: give it `spoe`, `ring`, or both")
        return None, None
    spoe, ring = _spoe(inputs), _ring(inputs)
    if not inputs.has("spoe") and not inputs.has("ring"):
        top.problem("inputs", "give it `spoe`, `ring`, or both")
    inputs.finish()
    return spoe, ring


def _spoe(inputs: Section) -> SpoeInput | None:
    section = inputs.section("spoe")
    if section is None:
        return None
    found = SpoeInput(
        listen=_listen(section),
        max_connections=section.value("max_connections", 2000, integer(1, 100_000)),
        max_frame_size=section.value("max_frame_size", MIB, size(256, 64 * MIB)),
        ack_variable=section.value("ack_variable", None, variable),
    )
    section.finish()
    return found


def _ring(inputs: Section) -> RingInput | None:
    section = inputs.section("ring")
    if section is None:
        return None
    found = RingInput(
        listen=_listen(section),
        max_connections=section.value("max_connections", 64, integer(1, 100_000)),
    )
    section.finish()
    return found


def _metrics(top: Section) -> Address | None:
    section = top.section("metrics")
    if section is None:
        return None
    address = _listen(section)
    section.finish()
    return address


def _log(top: Section) -> dict[str, str]:
    section = top.section("log")
    if section is None:
        return {}
    found = {
        "log_format": section.value("format", "text", one_of("text", "json")),
        "log_level": section.value("level", "info", one_of("info", "warning", "error")),
    }
    section.finish()
    return found


def _listen(section: Section) -> Address:
    nowhere = Address("", 0)
    if not section.has("listen"):
        section.problem("listen", "missing: where to listen, such as 127.0.0.1:12345")
    return section.value("listen", nowhere, listener)


def _marker(text: str) -> str:
    if text.lower() in ("host", *HOP_BY_HOP, *FRAMING):
        raise ValueError(f"{text!r} has a meaning of its own: a marker is a header of your own")
    return token(text)


def _removable(text: str) -> str:
    if text.lower() == "host":
        raise ValueError("a copy needs its Host; `host` of a shadow sets another")
    return token(text)


def _copies(top: Section) -> Copies:
    section = top.section("copies")
    if section is None:
        return Copies()
    found = Copies(
        marker=section.value("marker", Copies.marker, _marker),
        marker_value=section.value("marker_value", None, header_value) or None,
        remove_headers=section.values("remove_headers", _removable),
        cut_bodies=section.value("cut_bodies", "skip", one_of("skip", "mark")),
    )
    section.finish()
    return found


def _shadows(top: Section) -> tuple[Shadow, ...]:
    sections = top.sections("shadows")
    if not sections:
        top.problem("shadows", "at least one is needed, with `name` and `address`")
    shadows: dict[str, Shadow] = {}
    for section in sections:
        shadow = _shadow(section)
        if shadow.name in shadows:
            section.problem("name", f"there is another shadow called {shadow.name!r}")
        shadows[shadow.name] = shadow
    return tuple(shadows.values())


def _shadow(section: Section) -> Shadow:
    for key in ("name", "address"):
        if not section.has(key):
            section.problem(key, "missing")
    address = section.value("address", Address("", 0), remote)
    queue, circuit, tls = (section.section(key) for key in ("queue", "circuit", "tls"))
    items, held = 10_000, 64 * MIB
    if queue is not None:
        items = queue.value("items", items, integer(1, 10_000_000))
        held = queue.value("bytes", held, size(1024, 1024 * 1024 * MIB))
        queue.finish()
    failures, retry = 5, 0.5
    if circuit is not None:
        failures = circuit.value("failures", failures, integer(1, 1_000_000))
        retry = circuit.value("retry", retry, seconds(0.01, _HOUR))
        circuit.finish()
    shadow = Shadow(
        name=section.value("name", "", name),
        host=address.host,
        port=address.port,
        host_header=section.value("host", None, header_value),
        connections=section.value("connections", 64, integer(1, 10_000)),
        connect_timeout=section.value("connect_timeout", 1.0, seconds(0.001, _HOUR)),
        answer_timeout=section.value("answer_timeout", 5.0, seconds(0.001, _HOUR)),
        idle_timeout=section.value("idle_timeout", 4.0, seconds(0.001, _HOUR)),
        answer_limit=section.value("answer_limit", MIB, size(0, 1024 * 1024 * MIB)),
        queue_items=items,
        queue_bytes=held,
        failures=failures,
        retry=retry,
        tls=tls is not None,
        tls_verify=tls.value("verify", True, flag) if tls else True,
        tls_ca=tls.value("ca", None, certificates) if tls else None,
        tls_name=tls.value("name", address.host, name) if tls else None,
    )
    if tls is not None:
        tls.finish()
    section.finish()
    return shadow


def _routes(top: Section, shadows: list[str]) -> tuple[Route, ...]:
    if not top.has("routes"):
        return (Route("/"),)
    routes: dict[str, Route] = {}
    for section in top.sections("routes"):
        if not section.has("prefix"):
            section.problem("prefix", "missing: the path prefix of the route")
        route = Route(
            prefix=section.value("prefix", "/", prefix),
            share=section.value("share", 100.0, number(0, 100)),
            methods=frozenset(section.values("methods", token)) if section.has("methods") else None,
            shadows=section.values("shadows", token) if section.has("shadows") else None,
        )
        for wanted in route.shadows or ():
            if wanted not in shadows:
                section.problem("shadows", f"no shadow {wanted!r}{suggestion(wanted, shadows)}")
        if route.prefix in routes:
            section.problem("prefix", f"there is another route for {route.prefix}")
        routes[route.prefix] = route
        section.finish()
    return tuple(routes.values())
