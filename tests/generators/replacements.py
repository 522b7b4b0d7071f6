"""What is exchanged in a generated configuration before it is started, and nothing else.

Addresses, always: the policy's upstream becomes ${PRIMARY}, its shadow ${SHADOW}, the address it
listens at ${GATEWAY_BIND}, each as host:port, as Envoy's pair of `address` and `port_value`
(${..._HOST}, ${..._PORT}), or as Nginx's `listen` of a port alone. docker/render.sh fills them in
when the gateway starts, and with them ${MIRROR_MARKER}, which is the policy's own text.

Surroundings, in a trial of its own that is named "relocated": files, directories and the user that
a distribution's package would have brought. No line that says how requests are handled is touched.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from features.support.policy.load import REFERENCE
from features.support.policy.schema import Document, Single
from features.support.policy.sections import validated


@dataclass(frozen=True)
class Exchange:
    """Text to exchange: a pattern of whole lines, and what takes its place."""

    pattern: str
    by: str = ""

    def apply(self, text: str) -> str:
        """Return a text in which it is exchanged everywhere."""
        return re.sub(self.pattern, self.by, text, flags=re.MULTILINE)


def addresses_of(policy: Path = REFERENCE) -> dict[str, tuple[str, int]]:
    """Return host and port of the policy's three addresses, by the variable that replaces them."""
    _, said = validated(policy, Document)
    upstream = said.services[0].upstream
    assert isinstance(upstream, Single), "the policy's upstreams are single ones"
    shadow = next(t.upstream for s in said.services for r in s.routes for t in r.targets)
    return {
        "PRIMARY": (upstream.host, upstream.port),
        "SHADOW": (shadow.host, shadow.port),
        "GATEWAY_BIND": (said.global_.host, said.global_.port),
    }


def with_variables(text: str, addresses: Mapping[str, tuple[str, int]]) -> str:
    """Return a generated configuration with variables in the place of addresses."""
    for name, (host, port) in addresses.items():
        text = _exchanged(text, _of(name, re.escape(host), port))
    return text


def _of(name: str, host: str, port: int) -> Sequence[Exchange]:
    pair = rf"(\baddress: ){host}(\n\s*port_value: ){port}\b"
    return (
        Exchange(rf"(?<![\w.]){host}:{port}\b", f"${{{name}}}"),
        Exchange(pair, rf"\1${{{name}_HOST}}\2${{{name}_PORT}}"),
        Exchange(rf"^(\s*listen ){port};", rf"\1${{{name}}};"),
    )


def relocated(text: str, surroundings: Sequence[Exchange]) -> str:
    """Return a configuration that asks for nothing but what this machine has."""
    return _exchanged(text, surroundings)


def _exchanged(text: str, exchanges: Sequence[Exchange]) -> str:
    for each in exchanges:
        text = each.apply(text)
    return text
