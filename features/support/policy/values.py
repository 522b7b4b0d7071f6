"""What single values of a policy file may say; ValueError tells what is wrong with one."""

import ipaddress
import re
from collections.abc import Callable, Collection

from features.support.policy.nodes import closest, shown

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE", "TRACE", "CONNECT")
_PROVIDERS = (
    *("gal", "envoy", "kong", "apisix", "traefik", "nginx", "haproxy"),
    *("azure_apim", "aws_apigateway", "gcp_apigateway"),
)
_NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,9})?")


def _any_of(what: str, known: Collection[str]) -> Callable[[str], str]:
    def word(text: str) -> str:
        if text not in known:
            hint = closest(text, known) or f"; known: {', '.join(known)}"
            raise ValueError(f"{shown(text)} is no {what}{hint}")
        return text

    return word


def _like(pattern: str, wish: str) -> Callable[[str], str]:
    def word(text: str) -> str:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(f"{shown(text)} {wish}")
        return text

    return word


provider = _any_of("provider of GAL", _PROVIDERS)
kind = _any_of("type of a service", ("rest", "grpc"))
protocol = _any_of("protocol", ("http", "http2", "grpc"))
method = _any_of("method", _METHODS)
version = _like(r"\d{1,4}\.\d{1,4}", "is no version such as 1.0")
name = _like(r"[A-Za-z0-9][\w.-]{0,62}", "is no name: letters, digits and . _ - after the first")
header_name = _like(r"[!#$%&'*+.^_`|~\w-]{1,200}", "is no header's name")
header_value = _like(r"(?:[!-~](?:[ -~]{0,4000}[!-~])?)?", "is no header's value: printable ASCII")
_host_name = _like(r"(?!.*\.\.)\w(?:[\w.-]{0,251}\w)?", "is no host")


def host(text: str) -> str:
    """Read the name or the address of a host."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        if re.fullmatch(r"[\d.]+", text):
            raise ValueError(f"{shown(text)} is no address") from None
        return _host_name(text)


def prefix(text: str) -> str:
    """Read a path prefix; a slash at its end says nothing more."""
    if not text.startswith("/"):
        raise ValueError(f"{shown(text)} does not begin with /")
    if not re.fullmatch(r"(?:/[\w.~!$&'()*+,;=:@%-]+)+/?|/", text, re.ASCII):
        raise ValueError(f"{shown(text)} is no path: it has a blank, a query or an empty part")
    return text.rstrip("/") or "/"


def duration(text: str) -> float:
    """Read a time such as 500ms or 5s, in seconds; it is more than nothing."""
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)(ms|s|m|h)", text)
    seconds = float(found[1]) * _UNITS[found[2]] if found else 0.0
    if seconds <= 0:
        raise ValueError(f"{shown(text)} is no time such as 500ms or 5s")
    return seconds


def percentage(text: str) -> float:
    """Read a percentage."""
    if not _NUMBER.fullmatch(text) or float(text) > 100:
        raise ValueError(f"{shown(text)} is no percentage from 0 to 100")
    return float(text)


def port(text: str) -> int:
    """Read a port."""
    return _whole(text, 65535, "port")


def weight(text: str) -> int:
    """Read the weight of one target among several."""
    return _whole(text, 1_000_000, "weight")


def _whole(text: str, most: int, what: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text) or int(text) > most:
        raise ValueError(f"{shown(text)} is no {what} from 1 to {most}")
    return int(text)
