"""A recommendation in plain language: rules over what was kept, and how bad the limits are."""

from collections.abc import Sequence
from dataclasses import dataclass

from comparison.claims import CLAIMS, HAPROXY, answer, mirrors
from comparison.model import Verdict
from comparison.view import Shown, View


@dataclass(frozen=True)
class Advice:
    """A case that a reader may be in, what the runs say about it, and single points of that."""

    case: str
    text: str
    points: tuple[str, ...] = ()


def advise(view: View) -> list[Advice]:
    """Return the advice that the runs allow, of gateways that mirror and were judged wholly."""
    mirroring = [each for each in view.shown if mirrors(each.column, view.comparison)]
    judged = [each for each in mirroring if view.tally(each).complete]
    rest = [each for each in mirroring if each not in judged]
    advice = []
    if judged:
        ways = [each for each in judged if each.gateway.startswith(HAPROXY)]
        alone = [each for each in judged if not each.column.beside]
        advice.append(_best("If you are free to choose", judged, view))
        if len(ways) < len(judged):
            advice += [_best("If it must be HAProxy", ways, view)] if ways else []
        advice += [_best("If nothing may run beside the gateway", alone, view)] if alone else []
        advice += _wishes(judged, view)
        advice += _grave(judged, view)
    else:
        advice.append(
            Advice(
                "No recommendation",
                "no gateway was judged by every promise in these runs; a whole run does that.",
            )
        )
    advice += [_unjudged(rest, view)] if rest else []
    return advice


def _wishes(judged: Sequence[Shown], view: View) -> list[Advice]:
    """Return advice for each row of the original table that the best gateway does not keep."""
    found = []
    for claim in CLAIMS:
        kept = {
            each.name: answer(claim, each.column, view.comparison).verdict is Verdict.KEPT
            for each in judged
        }
        able = [each for each in judged if kept[each.name]]
        if able and not all(kept[each.name] for each in _leading(judged, view)):
            found.append(_best(f"If you need one that {claim.question}", able, view))
    return found


def _leading(candidates: Sequence[Shown], view: View) -> list[Shown]:
    ranks = {each.name: view.tally(each).rank for each in candidates}
    return [each for each in candidates if ranks[each.name] == min(ranks.values())]


def _best(case: str, candidates: Sequence[Shown], view: View) -> Advice:
    best = _leading(candidates, view)
    names = _listed([each.name for each in best])
    verb = "keeps" if len(best) == 1 else "keep"
    tallies = [view.tally(each) for each in best]
    if not any(tallies[0].rank):
        return Advice(case, f"{names} {verb} all promises.")
    if len(best) == 1:
        (tally,) = tallies
        told = f"{names} keeps {tally.kept} of the {tally.applying} promises that apply to it"
    else:
        counts = _listed([f"{each.kept} of {each.applying}" for each in tallies])
        told = f"{names} keep {counts} promises, and what they do not keep weighs the same"
    return Advice(case, f"{told}. What to know before:", _shortcomings(best, view))


def _shortcomings(best: Sequence[Shown], view: View) -> tuple[str, ...]:
    points: dict[str, list[str]] = {}
    for shown in best:
        tally = view.tally(shown)
        for promise in tally.of(Verdict.FAILED):
            points.setdefault(f"failed: {promise.title} ({promise.severity})", []).append(
                shown.gateway
            )
        for promise in tally.of(Verdict.LIMIT):
            titles = "; ".join(limit.title for limit in view.limits_of(promise, shown))
            points.setdefault(f"{titles} ({promise.severity})", []).append(shown.gateway)
    return tuple(
        point if len(best) == 1 else f"{_listed(names)}: {point}" for point, names in points.items()
    )


def _grave(judged: Sequence[Shown], view: View) -> list[Advice]:
    points = []
    for shown in judged:
        tally = view.tally(shown)
        bad = [
            promise
            for verdict in (Verdict.FAILED, Verdict.LIMIT)
            for promise in tally.of(verdict)
            if promise.severity == "blocker"
        ]
        if bad:
            points.append(f"{shown.name}: not kept: {'; '.join(each.title for each in bad)}")
    if not points:
        return [
            Advice("What blocks a use", "nothing: every gateway keeps the promises marked blocker.")
        ]
    text = "these break a promise marked blocker, one that most users cannot do without:"
    return [Advice("Think twice", text, tuple(points))]


def _unjudged(rest: Sequence[Shown], view: View) -> Advice:
    points = []
    for shown in rest:
        why = view.why_not_run(shown)
        tally = view.tally(shown)
        number = f"{len(tally.of(Verdict.NOT_RUN))} of {len(tally.cells)}"
        told = f"not run: {why}" if why else f"{number} promises were not run"
        points.append(f"{shown.name}: {told}")
    return Advice("Nothing is said of", "these were not judged by every promise:", tuple(points))


def _listed(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
