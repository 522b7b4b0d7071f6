"""Readers of single values: text in, value out; ValueError says what is wrong with it."""

import difflib
import re
import ssl
from collections.abc import Callable, Iterable

from ..header_names import FRAMING, HOP_BY_HOP
from .address import Address

_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z%]*)")
_TIMES = {"ms": 0.001, "s": 1.0, "m": 60.0, "": 1.0}
_SIZES = {"": 1.0, "B": 1.0, "KiB": 1024.0, "MiB": 1024.0**2, "kB": 1000.0, "MB": 1000.0**2}
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_NAME = re.compile(r"[A-Za-z0-9_.-]+")


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return " (did you mean …?)" where a known word is close, else nothing."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def listener(text: str) -> Address:
    """Read host:port, [v6]:port, or :port."""
    host, colon, port = text.rpartition(":")
    if not colon:
        raise ValueError(f"{text!r} is not host:port")
    if not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"{text!r} has no port between 0 and 65535")
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if re.search(r"[\s/\[\]@]", host):
        raise ValueError(f"{text!r} is not host:port")
    return Address(host, int(port))


def one_of(*allowed: str) -> Callable[[str], str]:
    """Return a reader of one of some words."""

    def read(text: str) -> str:
        if text not in allowed:
            words = ", ".join(allowed)
            raise ValueError(f"{text!r} is none of {words}{suggestion(text, allowed)}")
        return text

    return read


def number(low: float, high: float) -> Callable[[str], float]:
    """Return a reader of a number in a range; a percent sign may follow it."""
    return _quantity({"": 1.0, "%": 1.0}, low, high, "a number")


def integer(low: int, high: int) -> Callable[[str], int]:
    """Return a reader of a whole number in a range."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit()) or not low <= int(text) <= high:
            raise ValueError(f"{text!r} is not a whole number from {low} to {high}")
        return int(text)

    return read


def seconds(low: float, high: float) -> Callable[[str], float]:
    """Return a reader of a time such as 500ms, 5s or 2m."""
    return _quantity(_TIMES, low, high, "a time such as 500ms or 5s")


def size(low: int, high: int) -> Callable[[str], int]:
    """Return a reader of a size such as 65536, 64KiB or 1MiB."""
    read = _quantity(_SIZES, low, high, "a size such as 64KiB or 1MiB")
    return lambda text: int(read(text))


def _quantity(
    units: dict[str, float], low: float, high: float, what: str
) -> Callable[[str], float]:
    def read(text: str) -> float:
        found = _QUANTITY.fullmatch(text.strip())
        if found is None or found[2] not in units or len(found[1]) > 15:
            raise ValueError(f"{text!r} is not {what}")
        value = float(found[1]) * units[found[2]]
        if not low <= value <= high:
            raise ValueError(f"{text!r} is not between {low:g} and {high:g}")
        return value

    return read


def remote(text: str) -> Address:
    """Read host:port of a service elsewhere."""
    address = listener(text)
    if not address.host or not address.port:
        raise ValueError(f"{text!r} is not host:port")
    return address


def prefix(text: str) -> str:
    """Read a path prefix; a slash at its end does not matter."""
    if not re.fullmatch(r"/[!-~]*", text) or "?" in text:
        raise ValueError(f"{text!r} is not a path that begins with / and has no blanks or query")
    return text.rstrip("/") or "/"


def token(text: str) -> str:
    """Read a method or the name of a header (RFC 9110, section 5.6.2)."""
    if not _TOKEN.fullmatch(text):
        raise ValueError(f"{text!r} has characters that are not allowed here")
    return text


def marker(text: str) -> str:
    """Read the name of the header that marks copies."""
    if text.lower() in ("host", *HOP_BY_HOP, *FRAMING):
        raise ValueError(f"{text!r} has a meaning of its own: a marker is a header of your own")
    return token(text)


def removable(text: str) -> str:
    """Read the name of a header that copies can lack."""
    if text.lower() == "host":
        raise ValueError("a copy needs its Host; `host` of a shadow sets another")
    return token(text)


def name(text: str) -> str:
    """Read a name, or the name of a host."""
    if not _NAME.fullmatch(text):
        raise ValueError(f"{text!r} may have only letters, digits and the signs . _ -")
    return text


def variable(text: str) -> str:
    """Read the name of an HAProxy variable."""
    if not re.fullmatch(r"\w{1,64}", text, re.ASCII):
        raise ValueError(f"{text!r} may have only letters, digits and _")
    return text


def header_value(text: str) -> str:
    """Read the value of a header."""
    if not re.fullmatch(r"(?:[!-~](?:[ -~]*[!-~])?)?", text):
        raise ValueError(f"{text!r} is not printable ASCII without blanks around it")
    return text


def flag(text: str) -> bool:
    """Read true or false."""
    return one_of("true", "false")(text) == "true"


def certificates(text: str) -> str:
    """Read the path of a PEM file with certificate authorities."""
    try:
        ssl.create_default_context(cafile=text)
    except (OSError, ValueError) as error:
        raise ValueError(f"no certificates can be read from {text!r}: {error}") from error
    return text
