"""Advice in plain language: who keeps what a reader needs, at what cost, and what to know."""

from collections.abc import Sequence
from statistics import median

from comparison.advice_cases import CASES, WEIGHTS, Case
from comparison.advice_model import Advice, Link, Sentence, anchor, listed
from comparison.claims import CLAIMS, answer
from comparison.costs import Costs
from comparison.model import SEVERITIES, Promise, ScenarioRef, Verdict
from comparison.view import ShownGateway, ShownLimit, View

_DOCUMENT, _COSTS = "docs/comparison.md", "docs/cost.md"
_RUNS, _CLAIMS = f"{_DOCUMENT}#the-runs", f"{_DOCUMENT}#what-the-original-table-claimed"
_WELL, _LATE = f"{_COSTS}#shadow-well", f"{_COSTS}#shadow-500-ms-late"
_ALL_ARRIVED = 99.5  # percent


def advise(view: View, costs: Costs) -> list[Advice]:
    """Return the advice that runs and figures allow, of gateways that were judged wholly."""
    return Adviser(view, costs).advise()


class Adviser:
    """The rules over one comparison and its figures."""

    def __init__(self, view: View, costs: Costs) -> None:
        self._view = view
        self._costs = costs
        self._promises = {each.id: each for each in view.comparison.promises}
        self._judged = [each for each in view.mirroring if view.count(each).complete]

    def advise(self) -> list[Advice]:
        """Return all advice, the general first."""
        if not self._judged:
            return [self._none(), *self._unjudged()]
        asked = [case for case in CASES if self._can_be_asked(case)]
        return [
            *(self._answer(case) for case in asked),
            *self._every_row(),
            *(self._already(each) for each in self._view.mirroring if self._is_known(each)),
            *self._think_twice(),
            *self._unjudged(),
        ]

    def fitting(self, case: Case) -> list[ShownGateway]:
        """Return the gateways that a case allows, the one with the fewest points first."""
        fit = [
            each
            for each in self._candidates(case)
            if self._keeps(case, each) and not self._out_of_bounds(case, each)
        ]
        return sorted(fit, key=lambda each: self.points(each, case))

    def points(self, shown: ShownGateway, case: Case) -> float:
        """Return what speaks against a gateway, in the points of data/advice.yaml."""
        weights = {**WEIGHTS, **case.weights}
        count = self._view.count(shown)
        limits = [self._view.limits_of(promise, shown) for promise in count.of(Verdict.LIMIT)]
        worst = [min((each.severity for each in own), key=SEVERITIES.index) for own in limits]
        slower = min(self._figure(shown, "added_p99_ms"), weights["latency_most"])
        return (
            weights["failed"] * len(count.of(Verdict.FAILED))
            + sum(weights[severity] for severity in worst)
            + weights["beside"] * len(shown.column.beside)
            + weights["throughput"] * (1 - min(self._figure(shown, "speed"), 1))
            + weights["latency"] * max(slower, 0)
        )

    def _figure(self, shown: ShownGateway, key: str) -> float:
        """Return a figure; what was not measured counts as the middle of what was."""
        own = self._costs.figure(shown.gateway, key)
        others = [row[key] for row in self._costs.rows.values() if key in row]
        return own if own is not None else median(others) if others else 0.0

    def _can_be_asked(self, case: Case) -> bool:
        return case.promises <= set(self._promises) and bool(self._candidates(case))

    def _candidates(self, case: Case) -> list[ShownGateway]:
        return [
            each
            for each in self._judged
            if case.family in ("", each.column.family) and not (case.alone and each.column.beside)
        ]

    def _verdict(self, promise: str, shown: ShownGateway) -> Verdict:
        return self._promises[promise].cell(shown.column).verdict

    def _missing(self, case: Case, shown: ShownGateway) -> list[Promise]:
        needed = [*case.needs, *(case.tool_needs if shown.column.beside else ())]
        broken = (Verdict.LIMIT, Verdict.FAILED, Verdict.NOT_RUN)
        return [
            self._promises[name]
            for name in (*needed, *case.avoid)
            if (name in needed and self._verdict(name, shown) is not Verdict.KEPT)
            or self._verdict(name, shown) in broken
        ]

    def _keeps(self, case: Case, shown: ShownGateway) -> bool:
        return not self._missing(case, shown)

    def _out_of_bounds(self, case: Case, shown: ShownGateway) -> bool:
        for bounds, sign in ((case.at_least, 1), (case.at_most, -1)):
            for key, bound in bounds.items():
                figure = self._costs.figure(shown.gateway, key)
                if figure is None or figure * sign < bound * sign:
                    return True
        return False

    def _answer(self, case: Case) -> Advice:
        fit = self.fitting(case)
        if not fit:
            return Advice(case.title, (), self._nobody(case))
        best, *others = fit
        told = [
            *(self._kept(self._promises[each]) for each in self._telling(case)),
            *self._facts(best),
            *self._next(others, best, case),
            *self._unmeasured(case),
        ]
        return Advice(case.title, (best.gateway,), tuple(told), self._limits(best))

    def _telling(self, case: Case) -> list[str]:
        """Return the promises that tell readers most: those that some candidate breaks."""
        return [
            name
            for name in case.needs
            if any(self._verdict(name, each) is not Verdict.KEPT for each in self._candidates(case))
        ]

    def _kept(self, promise: Promise) -> Sentence:
        link = Link(f"promise-{promise.id}", promise.file)
        return Sentence(f"Kept: {promise.title}.", link)

    def _facts(self, shown: ShownGateway) -> list[Sentence]:
        count = self._view.count(shown)
        told = f"Keeps {count.kept} of {count.applying} promises."
        return [
            Sentence(told, Link("promises", _DOCUMENT), brief=False),
            self._beside(shown),
            *self._cost(shown),
        ]

    def _beside(self, shown: ShownGateway) -> Sentence:
        beside = list(dict.fromkeys(shown.column.beside))
        told = f"{listed(beside)} must run" if beside else "Nothing runs"
        link = Link("runs", _RUNS)
        return Sentence(f"{told} beside {shown.column.family}.", link, of_gateway=True)

    def _cost(self, shown: ShownGateway) -> list[Sentence]:
        name, where = shown.gateway, f"cost-{anchor(shown.gateway)}"
        if self._costs.figure(name, "speed") is None:
            return [Sentence("What it costs was not measured.", Link("costs", _COSTS))]
        text = self._costs.text
        told = f"At full load it serves {text(name, 'speed')} of what it serves without mirroring"
        arrived = self._costs.figure(name, "copies_percent")
        if arrived is not None and arrived < _ALL_ARRIVED:
            told += f", and only {text(name, 'copies_percent')} of the copies arrive"
        if self._costs.figure(name, "copy_us") is not None:
            told += f"; a copy takes {text(name, 'copy_us')} of CPU"
        told += f"; at {self._costs.rate:,} requests/s p99 grows by {text(name, 'added_p99_ms')}."
        found = [Sentence(told, Link(where, _WELL), of_gateway=True)]
        if self._costs.figure(name, "late_copies_percent") is not None:
            late = f"With a shadow 500 ms late it grows by {text(name, 'late_added_p99_ms')}"
            arrive = text(name, "late_copies_percent").removeprefix("≥ ")
            told = f"{late}, and {arrive} of the copies arrive."
            found.append(Sentence(told, Link(where, _LATE), of_gateway=True))
        return found

    def _limits(self, shown: ShownGateway) -> tuple[Sentence, ...]:
        failed = [
            Sentence(f"Failed: {p.title} ({p.severity}).", Link(f"promise-{p.id}", p.file))
            for p in self._view.count(shown).of(Verdict.FAILED)
        ]
        limits = [self._limit(each, shown) for each in self._view.all_limits_of(shown)]
        return (*failed, *limits)

    def _limit(self, limit: ShownLimit, shown: ShownGateway) -> Sentence:
        text = f"{_capital(limit.title)} ({limit.severity})."
        return Sentence(text, _to(limit.scenario(shown.gateway), limit.anchor))

    def _next(
        self, others: Sequence[ShownGateway], best: ShownGateway, case: Case
    ) -> list[Sentence]:
        if not others:
            return []
        second = others[0]
        more = self.points(second, case) - self.points(best, case)
        told = f"Next: {second.gateway}, with {more:.0f} more points against it"
        worst = self._view.all_limits_of(second)
        link = Link("promises", _DOCUMENT)
        if worst:
            told += f" ({worst[0].title})"
            link = _to(worst[0].scenario(second.gateway), worst[0].anchor)
        return [Sentence(f"{told}.", link)]

    def _unmeasured(self, case: Case) -> list[Sentence]:
        """Tell of gateways that keep what a case asks for, but whose figures are missing."""
        bounds = [*case.at_least, *case.at_most]
        found = [
            each.gateway
            for each in self._candidates(case)
            if self._keeps(case, each)
            and any(self._costs.figure(each.gateway, key) is None for key in bounds)
        ]
        if not found:
            return []
        told = f"{listed(found)} may fit as well; what it costs was not measured."
        return [Sentence(told, Link("costs", _COSTS))]

    def _nobody(self, case: Case) -> tuple[Sentence, ...]:
        told = [Sentence("No gateway keeps all that this needs.", Link("promises", _DOCUMENT))]
        for shown in self._candidates(case):
            missing = self._missing(case, shown)
            told += [] if missing else self._cost(shown)[-1:]
            for promise in missing[:1]:
                limits = self._view.limits_of(promise, shown)
                link = Link(f"promise-{promise.id}", promise.file)
                what = limits[0].title if limits else f"not known to keep: {promise.title}"
                told.append(Sentence(f"{shown.gateway}: {what}.", link))
        return (*told, *self._unmeasured(case))

    def _every_row(self) -> list[Advice]:
        comparison = self._view.comparison
        found = [
            each.gateway
            for each in self._judged
            if all(
                answer(claim, each.column, comparison).verdict is Verdict.KEPT for claim in CLAIMS
            )
        ]
        if not found:
            return []
        told = f"{listed(found)} {'keeps' if len(found) == 1 else 'keep'} all {len(CLAIMS)} rows."
        link = Link("claims", _CLAIMS)
        return [Advice("Every row of the original table", tuple(found), (Sentence(told, link),))]

    def _already(self, shown: ShownGateway) -> Advice:
        case = f"You run {shown.gateway} already: what to know"
        told = [*self._facts(shown), *self._not_run(shown)]
        return Advice(case, (), tuple(told), self._limits(shown), brief_points=3)

    def _is_known(self, shown: ShownGateway) -> bool:
        """Tell whether it mirrors by itself, and something is known of it, if not everything."""
        count = self._view.count(shown)
        judged = count.kept or count.of(Verdict.LIMIT) or count.of(Verdict.FAILED)
        return shown.gateway == shown.column.family and bool(judged)

    def _not_run(self, shown: ShownGateway) -> list[Sentence]:
        count = self._view.count(shown)
        if count.complete:
            return []
        number = f"{len(count.of(Verdict.NOT_RUN))} of {len(count.cells)}"
        told = f"Nothing is known of {number} promises, which were not run."
        return [Sentence(told, Link("runs", _RUNS))]

    def _think_twice(self) -> list[Advice]:
        points = [
            Sentence(f"{shown.gateway}: {limit.title}.", self._limit(limit, shown).link)
            for shown in self._judged
            for limit in self._view.all_limits_of(shown)
            if limit.promise.severity == SEVERITIES[0]
        ]
        if not points:
            return []
        told = f"What happens instead of a promise that is marked {SEVERITIES[0]}:"
        return [
            Advice(
                case="Think twice",
                sentences=(Sentence(told, Link("limits", _DOCUMENT)),),
                points=tuple(points),
                brief_points=len(points),
            )
        ]

    def _none(self) -> Advice:
        told = "No gateway was judged by every promise in these runs; a whole run does that."
        return Advice("No recommendation", (), (Sentence(told, Link("runs", _RUNS)),))

    def _unjudged(self) -> list[Advice]:
        points = []
        for shown in self._view.mirroring:
            count, why = self._view.count(shown), self._view.why_not_run(shown)
            if not count.complete:
                number = f"{len(count.of(Verdict.NOT_RUN))} of {len(count.cells)}"
                told = f"not run: {why}" if why else f"{number} promises were not run"
                points.append(Sentence(f"{shown.gateway}: {told}.", Link("runs", _RUNS)))
        if not points:
            return []
        told = "These were not judged by every promise:"
        first = Sentence(told, Link("runs", _RUNS))
        return [Advice("Nothing is said of", (), (first,), tuple(points))]


def _to(scenario: ScenarioRef, where: str) -> Link:
    return Link(where, scenario.file, scenario.line)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
