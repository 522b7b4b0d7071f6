"""What a file says of somebody's own gateway: where it is or how it starts, and what it claims.

docs/gateway.schema.json is made of this: python -m features.support.gateways.description
"""

import json
import re
import shlex
import sys
from contextlib import suppress
from functools import cache
from itertools import combinations
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from features.support.gateways.figures import samples
from features.support.paths import ROOT
from features.support.policy.schema import PathPrefix, is_host
from features.support.policy.sections import Section, SectionError, among, like, must
from features.support.wire.client import Address

SCHEMA = ROOT / "docs" / "gateway.schema.json"
_ALL = "all"
_SIGNALS = ("SIGHUP", "SIGUSR1", "SIGUSR2", "SIGQUIT", "SIGTERM", "SIGINT")
_PROMISE = re.compile(r"@promise\.([\w-]+)")
_MOST = 65535


@cache
def promises() -> tuple[str, ...]:
    """Return the ids of all promises of the features, in alphabetical order."""
    texts = (file.read_text() for file in (ROOT / "features").glob("*/*.feature"))
    return tuple(sorted({name for text in texts for name in _PROMISE.findall(text)}))


def address(text: str) -> Address:
    """Read host:port, where a host of IPv6 stands in brackets; raises ValueError."""
    host, _, port = text.rpartition(":")
    bare = host[1:-1] if re.fullmatch(r"\[[\da-fA-F:.]+\]", host) else host
    if not is_host(bare) or (":" in bare) != (bare != host) or not _is_port(port):
        raise ValueError('is no address: say "host:port"')
    return Address(bare, int(port))


def _at_a_port(text: str) -> str:
    address(text)
    return text


def _is_port(text: str) -> bool:
    return bool(re.fullmatch(r"[1-9][0-9]{0,4}", text)) and int(text) <= _MOST


def _url(text: str) -> str:
    """Return host:port of a URL, which names nothing else."""
    parts = re.fullmatch(r"(https?)://([^/?#]*)/?(.*)", text, re.IGNORECASE | re.DOTALL)
    if parts and parts[1].lower() == "https":
        raise ValueError("is https: give the address for http, most clients here speak no TLS")
    if parts and parts[3]:
        raise ValueError("names more than an address: paths are said in routes")
    host = parts[2] if parts else ""
    for at in (host, f"{host}:80"):
        with suppress(ValueError):
            address(at)
            return at
    raise ValueError("is no address such as http://127.0.0.1:10004")


def _claims(value: Any) -> Any:
    if value == _ALL:
        return list(promises())
    if not isinstance(value, list):
        raise SectionError("all, or a list of promises, is needed")
    if _ALL in value:
        raise SectionError("all stands alone, in no list", value.index(_ALL))
    return value


def _command(value: Any) -> Any:
    """Take a command's words as a shell would part them, or in a list."""
    try:
        words = shlex.split(value) if isinstance(value, str) else value
    except ValueError as reason:
        raise ValueError(f"is no command: {str(reason).lower()}") from None
    if not isinstance(words, list) or not words or not words[0]:
        raise ValueError("is no command: say it as text, or as a list of words")
    return words


def _is_figure(text: str) -> bool:
    with suppress(ValueError):
        return len(list(samples(f"{text} 0\n"))) == 1
    return False


HostPort = Annotated[str, AfterValidator(_at_a_port)]
# What the system takes for an argument or a variable.
Word = Annotated[str, like(r"[^\0\ud800-\udfff]*", "has a sign that no program can be given")]
Words = Annotated[
    list[Word],
    BeforeValidator(_command, json_schema_input_type=str | list[str]),
]
Promise = Annotated[str, among("promise", promises(), "features/ names them, as @promise.NAME")]
Variable = Annotated[str, like(r"[A-Za-z_]\w*", "is no variable's name")]
Figure = Annotated[str, must(_is_figure, "is no figure of Prometheus, such as copies_total")]
Claims = Annotated[list[Promise], BeforeValidator(_claims)]


class At(Section):
    """The two ports of a recorder that the gateway was pointed at."""

    service: HostPort
    control: HostPort


class FiguresAt(Section):
    """Where a gateway's figures are read, and who may."""

    address: HostPort
    user: str = ""
    password: str = ""

    @model_validator(mode="after")
    def _check_user(self) -> Self:
        if self.password and not self.user:
            raise SectionError("user is missing")
        return self


class Elsewhere(Section):
    """A gateway that runs elsewhere, and the recorders in the place of its services.

    `marker` is the secret that its copies have in X-Mirrored-By.
    """

    address: Annotated[str, AfterValidator(_url)]
    primary: At
    shadow: At
    figures: FiguresAt | None = None
    marker: str = ""


class Started(Section):
    """A gateway that a run starts: a command, in a container where an image is named."""

    command: Words
    configuration: str = ""
    image: str = ""
    environment: dict[Variable, Word] = Field(default_factory=dict)


class Sampled(Section):
    """A route of which a share is mirrored, in percent."""

    prefix: PathPrefix
    share: Annotated[
        float,
        must(lambda share: 0 < share < 100, "is no share between 0 and 100"),
        Field(json_schema_extra={"exclusiveMinimum": 0, "exclusiveMaximum": 100}),
    ]


class Routes(Section):
    """The prefixes of the routes: all of one is mirrored, a share of another, none of a third."""

    mirrored: PathPrefix = "/api/v1"
    sampled: Sampled = Sampled(prefix="/api/v2", share=50.0)
    unmirrored: PathPrefix = "/api/v3"

    @model_validator(mode="after")
    def _check_prefixes(self) -> Self:
        taken = {"mirrored": self.mirrored, "sampled": self.sampled.prefix}
        taken["unmirrored"] = self.unmirrored
        for (route, one), (other, another) in combinations(taken.items(), 2):
            if _below(one).startswith(_below(another)) or _below(another).startswith(_below(one)):
                written = other if other in self.model_fields_set else route
                raise SectionError(f"{route} {one} and {other} {another} overlap", written)
        return self


def _below(prefix: str) -> str:
    return f"{prefix.rstrip('/')}/"


class Counted(Section):
    """Figures in Prometheus' format, by name, that count copies."""

    path: Annotated[str, like(r"/.*", "does not begin with /")]
    received: Figure
    sent: Figure
    lost: list[Figure] = Field(default_factory=list)


class Abilities(Section):
    """What the gateway can do: reload, by a signal or a command, and count its copies."""

    reload: Words | None = None
    count: Counted | None = None

    @property
    def reload_signal(self) -> str:
        """Return the signal on which it reloads, "" where it is a command."""
        words = self.reload or []
        return words[0] if len(words) == 1 and words[0] in _SIGNALS else ""


class Description(Section):
    """Somebody's gateway: its name, where it is or how it starts, what it claims and can do."""

    name: Annotated[
        str,
        like(
            r"[A-Za-z0-9][\w .()-]{0,38}[\w)]",
            "is no name of 2 to 40 letters, digits, blanks and . _ - ( )",
        ),
    ]
    version: str = ""
    running: Elsewhere | None = None
    started: Started | None = None
    routes: Routes = Routes()
    claims: Claims = Field(default_factory=list)
    can: Abilities = Abilities()

    @model_validator(mode="after")
    def _check_form(self) -> Self:
        if self.running and self.started:
            raise SectionError("running and started are said, and only one can be", key="started")
        if not self.running and not self.started:
            raise SectionError("needs one of running (where it is) and started (how it starts)")
        if self.running and self.can.reload:
            told = "nobody is reloaded from here who runs elsewhere: leave it out"
            raise SectionError(told, "can", key="reload")
        return self


def main() -> int:
    """Write the JSON schema that editors use."""
    SCHEMA.write_text(json.dumps(schema(), indent=2) + "\n")
    return 0


def schema() -> dict[str, Any]:
    """Return the JSON schema of a description; as `Section` does, it takes no unknown keys."""
    made = Description.model_json_schema()
    for each in (made, *made["$defs"].values()):
        each["additionalProperties"] = False
    made["oneOf"] = [{"required": ["running"]}, {"required": ["started"]}]
    made["properties"]["claims"] = {
        "anyOf": [{"const": _ALL}, {"type": "array", "items": {"enum": list(promises())}}]
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


if __name__ == "__main__":
    sys.exit(main())
