"""Structured logs: one event a line, as text (key=value) or as JSON, on standard error."""

import json
import logging
import sys
import time
from collections.abc import Mapping

Field = str | int | float | bool | None

QUIET_FOR = 10.0  # seconds between two lines of one kind, where a kind can come in floods
_ROOT = "mirror_agent"


class Log:
    """A logger whose lines carry fields, and which can keep a flood to a line every 10 s."""

    def __init__(self, part: str) -> None:
        """Log in the name of a part of the agent."""
        self._logger = logging.getLogger(f"{_ROOT}.{part}")
        self._part = part
        self._last: dict[str, float] = {}
        self._suppressed: dict[str, int] = {}

    def info(self, event: str, **fields: Field) -> None:
        """Log what went as planned."""
        self._write(logging.INFO, event, fields)

    def warning(self, event: str, limit_by: str | None = None, **fields: Field) -> None:
        """Log what needs a look; lines with the same limit_by at most every 10 seconds."""
        if limit_by is not None and not self._admitted(limit_by, fields):
            return
        self._write(logging.WARNING, event, fields)

    def error(self, event: str, **fields: Field) -> None:
        """Log what needs to be mended."""
        self._write(logging.ERROR, event, fields)

    def _admitted(self, kind: str, fields: dict[str, Field]) -> bool:
        now = time.monotonic()
        if now - self._last.get(kind, -QUIET_FOR) < QUIET_FOR:
            self._suppressed[kind] = self._suppressed.get(kind, 0) + 1
            return False
        self._last[kind] = now
        suppressed = self._suppressed.pop(kind, 0)
        if suppressed:
            fields["suppressed"] = suppressed
        return True

    def _write(self, level: int, event: str, fields: Mapping[str, Field]) -> None:
        if self._logger.isEnabledFor(level):
            self._logger.log(level, event, extra={"part": self._part, "fields": fields})


def _timestamp(record: logging.LogRecord) -> str:
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    return f"{whole}.{int(record.msecs):03d}Z"


def _entry(record: logging.LogRecord) -> dict[str, Field]:
    entry: dict[str, Field] = {
        "time": _timestamp(record),
        "level": record.levelname.lower(),
        "part": getattr(record, "part", record.name),
        "pid": record.process,
        "event": record.getMessage(),
    }
    entry.update(getattr(record, "fields", {}))
    if record.exc_info and record.exc_info[1] is not None:
        entry["error"] = repr(record.exc_info[1])
    return entry


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Format a record with its fields."""
        return json.dumps(_entry(record), ensure_ascii=False)


class TextFormatter(logging.Formatter):
    """Time, level, part and event, then key=value; a value with blanks is quoted."""

    def format(self, record: logging.LogRecord) -> str:
        """Format a record with its fields."""
        entry = _entry(record)
        head = [str(entry.pop(key)) for key in ("time", "level", "part")]
        del entry["pid"]
        event = entry.pop("event")
        fields = [f"{key}={_plain(value)}" for key, value in entry.items()]
        return " ".join([*head, str(event), *fields])


def _plain(value: Field) -> str:
    text = str(value)
    return (
        json.dumps(text, ensure_ascii=False)
        if not text or not text.isprintable() or " " in text
        else text
    )


def set_up(form: str, level: str) -> None:
    """Send all logs to standard error; form: "text" or "json", level as in the configuration."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    for name in (_ROOT, "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level.upper())
        logger.propagate = False
