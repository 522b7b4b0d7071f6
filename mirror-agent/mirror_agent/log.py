"""Structured logs: one event a line, as text (key=value) or as JSON, on standard error.

Nobody waits for who reads them: a thread writes the lines, those that it cannot write in time are
dropped and counted.
"""

import json
import logging
import os
import queue
import sys
import threading
import time

Field = str | int | float | bool | None

QUIET_FOR = 1.0  # seconds between two lines of one kind, where a kind can come in floods
_WAITING = 1000  # lines that wait to be written, at most
_LAST_LINES = 1.0  # seconds that lines may take at the end
_ROOT = "mirror_agent"


class Log:
    """A logger whose lines carry fields, and which can keep a flood to a line a second."""

    def __init__(self, part: str) -> None:
        """Log in the name of a part of the agent."""
        self._logger = logging.getLogger(f"{_ROOT}.{part}")
        self._part = part
        self._last: dict[str, float] = {}
        self._suppressed: dict[str, int] = {}

    def info(self, event: str, **fields: Field) -> None:
        """Log what went as planned."""
        self._write(logging.INFO, event, None, fields)

    def warning(self, event: str, limit_by: str | None = None, **fields: Field) -> None:
        """Log what needs a look; lines with the same limit_by at most once a second."""
        self._write(logging.WARNING, event, limit_by, fields)

    def error(self, event: str, **fields: Field) -> None:
        """Log what needs to be mended."""
        self._write(logging.ERROR, event, None, fields)

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

    def _write(
        self, level: int, event: str, limit_by: str | None, fields: dict[str, Field]
    ) -> None:
        if limit_by is None and "shadow" in fields:  # one that comes and goes can flood, too
            limit_by = f"{event} {fields['shadow']}"
        if limit_by is not None and not self._admitted(limit_by, fields):
            return
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


class _Writer(logging.Handler):
    """Hands lines to a thread that writes them to a descriptor."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self.dropped = 0
        self._descriptor = descriptor
        self._lines: queue.Queue[bytes] = queue.Queue(_WAITING)
        self._thread = threading.Thread(target=self._write, name="log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Put a line where the thread finds it, or drop it."""
        line = self.format(record) + "\n"
        try:
            self._lines.put_nowait(line.encode(errors="backslashreplace"))
        except queue.Full:
            self.dropped += 1

    def finish(self) -> None:
        """Wait until all lines are written, for a second at most."""
        deadline = time.monotonic() + _LAST_LINES
        with self._lines.all_tasks_done:
            while self._lines.unfinished_tasks and time.monotonic() < deadline:
                self._lines.all_tasks_done.wait(deadline - time.monotonic())

    def _write(self) -> None:
        while True:
            line = self._lines.get()
            try:
                while line:
                    line = line[os.write(self._descriptor, line) :]
            except OSError:  # nobody can ever read it: the pipe's other end is closed
                self.dropped += 1
            self._lines.task_done()


class _OncePerSecond(logging.Filter):
    """Lets through one record a second of each kind that is not the agent's own."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is the first of its kind for a second."""
        kind = str(record.msg).partition("\n")[0][:80]
        now = time.monotonic()
        if len(self._last) > _WAITING:
            self._last.clear()
        if now - self._last.get(kind, -QUIET_FOR) < QUIET_FOR:
            return False
        self._last[kind] = now
        return True


_writers: list[_Writer] = []


def set_up(form: str, level: str) -> None:
    """Send all logs to standard error; form: "text" or "json", level as in the configuration."""
    handler = _Writer(sys.stderr.fileno())
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    _writers[:] = [handler]
    for name in (_ROOT, "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level.upper())
        logger.propagate = False
    logging.getLogger("asyncio").addFilter(_OncePerSecond())


def finish() -> None:
    """Write what waits, for a second at most."""
    for writer in _writers:
        writer.finish()


def dropped() -> int:
    """Return how many lines were dropped because nobody read them."""
    return sum(writer.dropped for writer in _writers)
