"""What some gateways do to headers of requests that they pass on or copy."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from features.support.checks.copies import check_headers
from features.support.gateways.catalogue import CATALOGUE
from features.support.gateways.handling import HeaderChange
from features.support.wire.exchange import Headers, Received, Sent

CHANGES: Mapping[str, HeaderChange] = {
    gateway.header_change.words: gateway.header_change
    for gateway in CATALOGUE.values()
    if gateway.header_change
}


def check_only_changed(sent: Sequence[Sent], copies: dict[str, Received], name: str) -> list[str]:
    """Say how headers differ otherwise than by a known change, or that they do not differ."""
    if not check_headers(sent, copies):
        return [f"every header came as it was sent: that the gateway {name} is no more"]
    change = CHANGES[name]
    if change.joins:
        sent = [replace(each, headers=joined(each.headers)) for each in sent]
        copies = {i: replace(each, headers=joined(each.headers)) for i, each in copies.items()}
    return check_headers(sent, copies, change.added, any_order=change.sorts)


def joined(headers: Headers) -> Headers:
    """Join repeats of a header where its first one stands (RFC 9110, section 5.3)."""
    values_of: dict[str, list[str]] = {}
    for name, value in headers:
        values_of.setdefault(name.lower(), []).append(value)
    return tuple((name, ",".join(found)) for name, found in values_of.items())
