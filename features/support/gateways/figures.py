"""Figures that programs publish, read over HTTP; Prometheus' text by its own parser."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import requests
from prometheus_client.parser import text_string_to_metric_families

from features.support.errors import CannotFindOutError
from features.support.gateways.account import Account
from features.support.stack import Stack
from features.support.waiting import patient

_TIMEOUT = 5.0


class Sample(NamedTuple):
    """One figure: its name without `_total`, its labels, its value."""

    name: str
    labels: dict[str, str]
    value: float


def page(stack: Stack, service: str, port: str, path: str) -> str:
    """Return what a service tells of itself; raises CannotFindOutError."""
    url = f"http://{stack.address(service, port)}{path}"
    with requests.Session() as session:
        session.trust_env = False
        access = stack.credentials if port == "stats" else None
        try:
            answer = session.get(url, auth=access, timeout=patient(_TIMEOUT))
        except requests.RequestException as reason:
            raise CannotFindOutError(f"{service} tells nothing at {url}: {reason}") from None
    return answer.text


def proxies(text: str) -> dict[tuple[str, str], dict[str, str]]:
    """Return the lines of HAProxy's CSV by proxy and server (management guide, 9.1)."""
    table = csv.DictReader(io.StringIO(text.removeprefix("# ")))
    return {(row.get("pxname", ""), row.get("svname", "")): row for row in table}


def samples(text: str) -> Iterator[Sample]:
    """Yield the figures in Prometheus' text; raises ValueError where it is not in that format."""
    for family in text_string_to_metric_families(text):
        for each in family.samples:
            yield Sample(each.name.removesuffix("_total"), each.labels, each.value)


def by_reason(text: str, prefix: str) -> dict[str, Counter[str]]:
    """Return the figures whose names begin with a prefix, by name and by the label `reason`."""
    counts: dict[str, Counter[str]] = {}
    for name, labels, value in samples(text):
        if name.startswith(prefix):
            counter = counts.setdefault(name.removeprefix(prefix), Counter())
            counter[labels.get("reason", "")] += int(value)
    return counts


def by_label(text: str, prefix: str) -> dict[str, int]:
    """Return the figures whose names begin with a prefix, each with its reason or code: a.b."""
    counts = Counter[str]()
    for name, labels, value in samples(text):
        if name.startswith(prefix):
            more = labels.get("reason") or labels.get("code")
            counts[f"{name.removeprefix(prefix)}.{more}" if more else name] += int(value)
    return dict(counts)


def account_in(text: str, prefix: str) -> Account:
    """Return the account that a program of this project publishes under a prefix."""
    counts = by_reason(text, prefix)
    return Account(
        received=counts["received"].total(),
        sent=counts["sent"].total(),
        dropped=dict(counts.get("dropped", {})),
        failed=dict(counts.get("failed", {})),
        in_flight=counts["in_flight"].total(),
        lost=counts.get("ring_lost", Counter()).total(),
    )
