"""How findings are told: in a few lines that name requests and what is wrong, never as a dump."""

import re
from collections.abc import Collection, Sequence

MOST_LINES, MOST_LETTERS = 5, 600
_LINE = 118  # letters; five such lines are no more than may be told
_VALUE = 90
# "POST /api/v1/orders with 5 bytes: what is wrong": several requests may have the same trouble.
_OF_A_REQUEST = re.compile(r"([A-Z]+) (/\S*(?: with [^:]*)?): (.+)")


def told(findings: str | Sequence[str]) -> str:
    """Return a message of findings: those that say the same in one line, and how many follow."""
    every = [findings] if isinstance(findings, str) else findings
    lines = [line for each in every for line in each.splitlines() if line.strip()]
    lines = _joined(lines) or ["it could not be said what is wrong"]
    rest = len(lines) - MOST_LINES
    if rest > 0:
        lines = [*lines[: MOST_LINES - 1], f"and {rest + 1} lines more"]
    return "\n".join(_cut(line, _LINE) for line in lines)


def brief(value: object) -> str:
    """Return what was seen in a few words: of many things, how many there are and the first."""
    if value is None or value == "":
        return "nothing"
    if isinstance(value, str) or not isinstance(value, Collection):
        return _cut(str(value), _VALUE)
    if not value:
        return "nothing"
    parts = [f"{k}: {v}" for k, v in value.items()] if isinstance(value, dict) else value
    texts = [str(each) for each in parts]
    whole = ", ".join(texts) or "nothing"
    return whole if len(whole) <= _VALUE else _cut(f"{len(texts)}, the first: {texts[0]}", _VALUE)


def printable(text: str) -> str:
    """Return text of others, such as a name or a title, without what would steer a terminal."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "\ufffd" for sign in text)


def listed(words: Sequence[str]) -> str:
    """Return words as a sentence lists them: a, b and c."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _joined(lines: Sequence[str]) -> list[str]:
    """Put requests that differ in their method alone, and have the same trouble, into one line."""
    methods: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        match = _OF_A_REQUEST.fullmatch(line)
        method, rest = (match[1], f"{match[2]}: {match[3]}") if match else ("", line)
        known = methods.setdefault((rest, "" if match is None else "of a request"), [])
        if method not in known:
            known.append(method)
    return [f"{listed(found)} {rest}".strip() for (rest, _), found in methods.items()]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."
