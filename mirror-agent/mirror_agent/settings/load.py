"""From a YAML file to Settings. Every problem names file, line and key."""

from dataclasses import replace
from pathlib import Path

from .address import Address
from .declaration import read
from .model import Copies, RingInput, Route, Settings, Shadow, SpoeInput
from .nodes import ConfigError, Section, Source
from .readers import remote, suggestion


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
    return read(
        Settings,
        top,
        shadows=shadows,
        routes=_routes(top, [shadow.name for shadow in shadows]),
        spoe=spoe,
        ring=ring,
        copies=_copies(top),
    )


def _inputs(top: Section) -> tuple[SpoeInput | None, RingInput | None]:
    inputs = top.section("inputs")
    if inputs is None:
        if not top.has("inputs"):
            top.problem("inputs", "missing: give it `spoe`, `ring`, or both")
        return None, None
    spoe, ring = inputs.section("spoe"), inputs.section("ring")
    if not inputs.has("spoe") and not inputs.has("ring"):
        top.problem("inputs", "give it `spoe`, `ring`, or both")
    inputs.finish()
    return (
        None if spoe is None else read(SpoeInput, spoe),
        None if ring is None else read(RingInput, ring),
    )


def _copies(top: Section) -> Copies:
    section = top.section("copies")
    if section is None:
        return Copies()
    copies = read(Copies, section)
    return replace(copies, marker_value=copies.marker_value or None)


def _shadows(top: Section) -> tuple[Shadow, ...]:
    sections = top.sections("shadows")
    if not sections:
        top.problem("shadows", "at least one is needed, with `name` and `address`")
    shadows: dict[str, Shadow] = {}
    for section in sections:
        shadow = _shadow(section)
        if shadow.name in shadows and section.has("name"):
            section.problem("name", f"there is another shadow called {shadow.name!r}")
        shadows[shadow.name] = shadow
    return tuple(shadows.values())


def _shadow(section: Section) -> Shadow:
    address = section.value("address", Address("", 0), remote)
    tls = section.has("tls")
    shadow = read(Shadow, section, host=address.host, port=address.port, tls=tls)
    return replace(shadow, tls_name=shadow.tls_name or address.host) if tls else shadow


def _routes(top: Section, shadows: list[str]) -> tuple[Route, ...]:
    if not top.has("routes"):
        return (Route("/"),)
    routes: dict[str, Route] = {}
    for section in top.sections("routes"):
        route = read(Route, section)
        for wanted in route.shadows or ():
            if wanted not in shadows:
                section.problem("shadows", f"no shadow {wanted!r}{suggestion(wanted, shadows)}")
        if route.prefix in routes:
            section.problem("prefix", f"there is another route for {route.prefix}")
        routes[route.prefix] = route
    return tuple(routes.values())
