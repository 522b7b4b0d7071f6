"""What a run shows while it plays: where it is, how long it will take, and what failed."""

import os
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from behave.configuration import Configuration
from behave.formatter._registry import register_as
from behave.formatter.base import Formatter, StreamOpener
from behave.model import Feature, Scenario
from behave.model_type import Status

from features.reporting import summary
from features.reporting.plan import Plan, gateways_of
from features.support.telling import printable

_NAME = "terminal"
_GREEN, _RED, _PLAIN = "\x1b[32m", "\x1b[31m", "\x1b[0m"
_RENEW, _REST = "\r", "\x1b[K"
_SILENT_FOR = 30.0  # seconds, at most, where lines are not renewed
_ESTIMATED_FROM = 5  # scenarios


class Terminal(Formatter):  # type: ignore[misc]
    """One line that renews itself in a terminal, a line for each feature elsewhere."""

    name = _NAME
    description = "gateway, feature, how many of how many, and the time left"
    follows = False  # whether it is told who begins and ends, as others play side by side

    def __init__(self, stream_opener: StreamOpener, config: Configuration) -> None:
        super().__init__(stream_opener, config)
        self.stream = self.open()
        self.plan: Plan | None = None
        self._renews = _is_terminal(self.stream)
        self._coloured = self._renews and not os.environ.get("NO_COLOR") and config.color != "off"
        self._started = self._last_line = time.monotonic()
        self._begun = 0
        self._failed = 0
        self._before = (0, 0)  # begun and failed, when the feature began
        self._feature: Feature | None = None
        self._scenario: Scenario | None = None
        self._playing = 0

    def feature(self, feature: Feature) -> None:
        """Begin a feature."""
        self._feature, self._before = feature, (self._begun, self._failed)

    def scenario(self, scenario: Scenario) -> None:
        """End the scenario before, and show the one that begins."""
        if not self.follows:
            self._end_scenario()
            self._scenario = scenario
            self.begin(scenario)

    def begin(self, scenario: Scenario) -> None:
        """Show that a scenario begins."""
        self._begun += 1
        self._playing += 1
        if self._renews:
            self._renew(self._where(scenario))
        elif time.monotonic() - self._last_line > _SILENT_FOR:
            self._line(printable(self._where(scenario)))

    def eof(self) -> None:
        """End a feature; without a terminal, in a line."""
        self._end_scenario()
        played, failed = self._begun - self._before[0], self._failed - self._before[1]
        if self._feature and played and not self.follows:
            self._part(_short(self._feature), played, failed)
        self._feature = None

    def end_of(self, gateway: str, scenarios: Sequence[Scenario]) -> None:
        """Show that all of a gateway was played, where others play side by side."""
        failed = sum(each.status.has_failed() for each in scenarios)
        passed = sum(each.status is Status.passed for each in scenarios)
        if passed + failed:
            self._part(gateway, passed + failed, failed)

    def close(self) -> None:
        """End the line that renewed itself."""
        self._end_scenario()
        if self._renews and self._begun:
            self._renew("")
        self.stream.flush()

    def _end_scenario(self) -> None:
        scenario, self._scenario = self._scenario, None
        if scenario:
            self.end(scenario)

    def end(self, scenario: Scenario) -> None:
        """Show how a scenario came out, if it failed."""
        self._playing -= 1
        if scenario.status.has_failed():
            self._failed += 1
            first = (summary.short(summary.reason_of(scenario)) or [""])[0]
            told = f"FAILED {scenario.location} {scenario.name}: {first}"
            self._line(self._paint(told, _RED))

    def _part(self, name: str, played: int, failed: int) -> None:
        """Show what came out of a part of the run; without a terminal, in a line."""
        if not self._renews and self.plan:
            told = f"{played - failed} passed" + (f", {failed} failed" if failed else "")
            self._line(f"{self._count()} {name}: {told}{self._left()}")

    def _where(self, scenario: Scenario) -> str:
        gateway = ", ".join(gateways_of(scenario)) or "no gateway"
        return f"{self._count()} {gateway}, {_short(scenario.feature)}{self._left()}"

    def _count(self) -> str:
        total = str(len(self.plan.to_play)) if self.plan else "?"
        failed = f" {self._failed} failed" if self._failed else ""
        return f"[{self._begun:>{len(total)}}/{total}{failed}]"

    def _left(self) -> str:
        done = self._begun - self._playing
        if self.plan is None or done < _ESTIMATED_FROM:
            return ""
        each = (time.monotonic() - self._started) / done
        seconds = round(each * (len(self.plan.to_play) - done))
        return "" if seconds < 1 else f", about {seconds // 60}:{seconds % 60:02} min left"

    def _renew(self, line: str) -> None:
        width = shutil.get_terminal_size().columns - 1
        colour = _RED if self._failed else _GREEN
        shown = self._paint(line[:width], colour) if line else ""
        self.stream.write(f"{_RENEW}{shown}{_REST}")
        self.stream.flush()

    def make_room(self) -> None:
        """Take the line that renews itself away, as another will be printed."""
        if self._renews:
            self.stream.write(f"{_RENEW}{_REST}")
            self.stream.flush()

    def _line(self, line: str) -> None:
        self.make_room()
        self.stream.write(f"{line}\n")
        self.stream.flush()
        self._last_line = time.monotonic()

    def _paint(self, text: str, colour: str) -> str:
        plain = printable(text)
        return f"{colour}{plain}{_PLAIN}" if self._coloured else plain


def use() -> None:
    """Let behave take this formatter by its name; hooks are loaded before formatters are made."""
    register_as(_NAME, Terminal)


def _is_terminal(stream: object) -> bool:
    isatty = getattr(stream, "isatty", None) or sys.stdout.isatty
    return bool(isatty()) and os.environ.get("TERM", "dumb") != "dumb"


def _short(feature: Feature) -> str:
    return Path(feature.filename).stem
