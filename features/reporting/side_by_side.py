"""A run whose gateways are played side by side (`-D jobs=2`), told as any other run.

The process of the run forks workers. Each has a stack of its own, takes one gateway after the
other, plays its scenarios in their order, and tells how each came out. The run itself plays
nothing: where behave would play a scenario it waits until a worker tells of it, so that formatters,
reporters and the comparison see what they see of a run in one process. Allure's results are the
workers' own, made in the one place where the run publishes them from.
"""

import atexit
import os
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait

from behave.formatter.base import Formatter
from behave.model import Scenario
from behave.model_type import Status
from behave.runner import Context, ModelRunner

from features.reporting import outcomes, run_control, worker
from features.reporting.allure_formatter import Results
from features.reporting.outcomes import Outcome
from features.reporting.plan import Plan, gateways_of
from features.reporting.run_info import Ran
from features.reporting.strict_limits import StrictScenario
from features.reporting.terminal import Terminal
from features.reporting.turns import Turns
from features.reporting.worker import Worker
from features.support.options import Options
from features.support.stack import NotChosen, signals

_GONE_WITHIN = 120.0  # seconds; containers take long to remove
_MOST = 255  # parts that one byte can name


def divide(context: Context, chosen: Options) -> None:
    """Let workers play a run where there is more than one gateway; each begins a stack of its own.

    It returns in each worker as well.
    """
    context.part = None
    runner, plan = context._runner, context.plan
    scenarios = [each for feature in runner.features for each in feature.walk_scenarios()]
    parts = _parts(plan, scenarios)
    jobs = min(chosen.jobs, len(parts))
    if jobs < 2 or len(parts) > _MOST or not context.stack.can_be_changed:
        return
    context.part = Crew(runner, plan, scenarios, parts, context.stack.kind)
    hired = context.part.hire(jobs)
    if hired:
        context.part = hired
        run_control.begin_stack(context, chosen)


def end(context: Context) -> Ran:
    """Return what knows on what a run was played, once nobody plays any more."""
    if isinstance(context.part, Worker):
        return context.part.end(context.stack)
    if isinstance(context.part, Crew):
        return context.part.end(context.abort)
    stack: Ran = context.stack
    return stack


def _parts(plan: Plan, scenarios: Sequence[Scenario]) -> list[list[int]]:
    """Return the numbers of what is to be played or told, by gateway; the largest part is first."""
    found: dict[str, list[int]] = defaultdict(list)
    to_play = {id(each) for each in plan.to_play}
    for number, each in enumerate(scenarios):
        told = each.skip_reason and not isinstance(each.skip_reason, NotChosen)
        if id(each) in to_play or told:
            found[next(iter(gateways_of(each)), "")].append(number)
    return sorted(found.values(), key=lambda part: _weight(scenarios, part), reverse=True)


def _weight(scenarios: Sequence[Scenario], part: Sequence[int]) -> int:
    """Return about how long a part takes: what must break is waited for in vain."""
    return sum(4 if isinstance(scenarios[n], StrictScenario) else 1 for n in part)


class Crew:
    """The workers of a run, and what they have told so far."""

    def __init__(
        self,
        runner: ModelRunner,
        plan: Plan,
        scenarios: Sequence[Scenario],
        parts: Sequence[Sequence[int]],
        kind: str,
    ) -> None:
        self.kind = kind
        self._runner = runner
        self._plan = plan
        self._scenarios = scenarios
        self._parts = parts
        self._shows = [each for each in runner.formatters if isinstance(each, Terminal)]
        self._workers: dict[Connection, int] = {}
        self._takes: dict[Connection, Sequence[int]] = {}
        self._ended: dict[int, Outcome] = {}
        self._versions: dict[str, str] = {}
        # How many workers are still to tell of a feature's end, and which scenario is its last.
        self._open = Counter(
            name for part in parts for name in {scenarios[n].filename for n in part}
        )
        numbers = sorted(number for part in parts for number in part)
        self._last = {scenarios[number].filename: number for number in numbers}

    def hire(self, jobs: int) -> Worker | None:
        """Fork the workers; in each of them it returns that worker."""
        # Where nobody reads the output, behave cleans nothing up.
        atexit.register(self._dismiss, of=os.getpid())
        with signals.deferred():
            return self._fork(jobs)

    def _fork(self, jobs: int) -> Worker | None:
        queue, parts = os.pipe()
        os.write(parts, bytes(range(len(self._parts))))
        os.close(parts)
        player = Worker(self._scenarios, self._parts, Turns())
        _flush(self._runner)
        for _ in range(jobs):
            here, there = Pipe(duplex=False)
            pid = os.fork()
            if pid == 0:
                here.close()
                player.join(self._runner, queue, there)
                return player
            there.close()
            self._workers[here] = pid
        os.close(queue)
        self._take_over()
        return None

    def _take_over(self) -> None:
        """Wait for what workers tell where behave would play; Allure is told by workers alone."""
        for part in self._parts:
            for number in part:
                self._scenarios[number].run = partial(self._await, number)
        self._runner.formatters[:] = [
            _AtTheEnd(each) if isinstance(each, Results) else each
            for each in self._runner.formatters
        ]
        for each in self._shows:
            each.follows = True

    def versions(self) -> dict[str, str]:
        """Return the version of every program that a worker has started."""
        return self._versions

    def end(self, abort: Callable[[str], None]) -> Ran:
        """Wait until all workers have removed their stacks; those that still play are stopped."""
        tried = signals.hold_off()
        if any(number not in self._ended for part in self._parts for number in part):
            self._dismiss()
        while self._workers:
            self._listen()
        told = tried()
        if told:
            abort(f"{told} while cleaning up")
        return self

    def _await(self, number: int, runner: ModelRunner) -> bool:
        """Wait until a scenario was played; in the end of its feature, for that end as well."""
        while number not in self._ended and self._workers:
            self._listen()
        outcome = self._ended.get(number)
        if outcome and outcome.shown:
            outcomes.show(self._scenarios[number], runner)
        name = self._scenarios[number].filename
        while number == self._last[name] and self._open[name] > 0 and self._workers:
            self._listen()
        return bool(outcome and outcome.failed)

    def _listen(self, within: float | None = None) -> None:
        """Hear what workers have to tell next; no signal comes in between."""
        ready = wait(list(self._workers), within)
        for connection in (each for each in list(self._workers) if each in ready):
            with signals.deferred():
                try:
                    message = connection.recv()
                except EOFError:
                    self._leave(connection)
                else:
                    self._hear(connection, message)

    def _hear(self, connection: Connection, message: object) -> None:
        match message:
            case worker.Took() | worker.AllPlayed():
                self._end_part(connection)
                self._go_on(connection, message)
            case worker.Began(number):
                for each in self._shows:
                    each.begin(self._scenarios[number])
            case worker.Ended(number, outcome):
                self._end(number, outcome)
            case worker.FeatureEnded(filename, wrong):
                self._end_feature(filename, wrong)
            case worker.Said(line, is_error):
                self._say(line, is_error=is_error)

    def _go_on(self, connection: Connection, message: worker.Took | worker.AllPlayed) -> None:
        if isinstance(message, worker.Took):
            self._takes[connection] = message.scenarios
        else:
            self._versions |= message.versions

    def _say(self, line: str, *, is_error: bool) -> None:
        for each in self._shows:
            each.make_room()
        print(line, file=sys.stderr if is_error else sys.stdout, flush=True)

    def _end(self, number: int, outcome: Outcome) -> None:
        scenario = self._scenarios[number]
        outcomes.put(outcome, scenario)
        self._ended[number] = outcome
        self._plan.note(scenario)
        self._runner.undefined_steps.extend(
            each for each in scenario.all_steps if each.status is Status.undefined
        )
        for each in self._shows:
            if outcome.shown:
                each.end(scenario)

    def _end_part(self, connection: Connection) -> None:
        """Show that a worker has played all that it took."""
        played = [self._scenarios[number] for number in self._takes.pop(connection, ())]
        names = gateways_of(played[0]) if played else []
        for each in self._shows if not self._runner.aborted else ():
            each.end_of(", ".join(names[:1]) or "no gateway", played)

    def _end_feature(self, filename: str, wrong: str) -> None:
        self._open[filename] -= 1
        if wrong:
            feature = next(each for each in self._runner.features if each.filename == filename)
            feature.hook_failed, feature.error_message = True, wrong
            self._runner.hook_failures += 1

    def _leave(self, connection: Connection) -> None:
        """See a worker off; what it began and did not end could not be found out."""
        _, status = os.waitpid(self._workers.pop(connection), 0)
        connection.close()
        code = os.waitstatus_to_exitcode(status)
        left = [n for n in self._takes.pop(connection, ()) if n not in self._ended]
        if code and not left:  # as when its stack could not be removed
            self._runner.hook_failures += 1
        if left and not self._runner.aborted:
            lost = self._scenarios[left[0]]
            lost.hook_failed = True
            lost.error_message = f"the process that played it ended with code {code}"
            lost.set_status(Status.hook_error)
            self._end(left[0], outcomes.taken(lost, shown=True, failed=True))
            self._open.clear()

    def _dismiss(self, of: int | None = None) -> None:
        """End the workers, as Ctrl-C does, and wait until their stacks are removed.

        Where a process is named, nothing is done in any other, as in a worker itself.
        """
        if of not in (None, os.getpid()):
            return
        signals.hold_off()
        for pid in self._workers.values():
            os.kill(pid, signal.SIGTERM)
        ends = time.monotonic() + _GONE_WITHIN
        while self._workers and time.monotonic() < ends:
            with suppress(OSError):  # nobody may read what is told
                self._listen(1.0)
        for pid in self._workers.values():
            os.kill(pid, signal.SIGKILL)


class _AtTheEnd(Formatter):  # type: ignore[misc]
    """Allure's formatter in the run itself: it publishes what the workers have made."""

    def __init__(self, results: Results) -> None:
        super().__init__(results.stream_opener, results.config)
        self._results = results

    def close(self) -> None:
        """Publish."""
        self._results.close()


def _flush(runner: ModelRunner) -> None:
    """Write what is buffered, which workers would write once more."""
    for stream in (sys.stdout, sys.stderr, *(each.stream for each in runner.formatters)):
        if stream and not getattr(stream, "closed", False):
            stream.flush()
