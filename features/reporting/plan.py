"""What a run is going to play: what was chosen, what of that can run here, and why not the rest."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

from behave.configuration import Configuration
from behave.model import Feature, Scenario

from features.reporting.tried import TriedScenario
from features.support.gateways.catalogue import CATALOGUE
from features.support.gateways.described import Described
from features.support.stack import NotChosen, Stack

FRONT = " is the gateway"
_ONLY_DESCRIBED = NotChosen("a described gateway is played alone (-D gateway)")
_NOT_ITS_OWN = "it stops or starts something, or makes certificates: this stack is not its own"


class Plan:
    """The scenarios of a run; those that it cannot play are skipped, with the reason.

    `impossible` counts what was chosen and cannot run here, by its reason.
    """

    def __init__(
        self,
        features: Sequence[Feature],
        config: Configuration,
        stack: Stack,
        described: Described | None = None,
    ) -> None:
        self.described = described
        self.to_play: list[Scenario] = []
        self.not_chosen = 0
        self.impossible: Counter[str] = Counter()
        why_not = cache(lambda name: stack.why_not(CATALOGUE[name]) if name in CATALOGUE else None)
        for scenario in (each for feature in features for each in feature.walk_scenarios()):
            if not scenario.should_run(config):
                self.not_chosen += 1
                continue
            if described and not isinstance(scenario, TriedScenario):
                self.not_chosen += 1
                skip(scenario, _ONLY_DESCRIBED)
                continue
            reasons = ((name, why_not(name)) for name in gateways_of(scenario))
            if told := next((why.about(name) for name, why in reasons if why), None):
                if isinstance(told, NotChosen):
                    self.not_chosen += 1
                    skip(scenario, told)
                else:
                    self._rule_out(scenario, told)
            elif self._is_out_of_reach(scenario, stack):
                self._rule_out(scenario, _NOT_ITS_OWN)
            else:
                self.to_play.append(scenario)

    def _is_out_of_reach(self, scenario: Scenario, stack: Stack) -> bool:
        """Tell whether a scenario does what this stack cannot; a described gateway is asked."""
        own = "own-stack" in scenario.effective_tags
        return own and not stack.can_be_changed and not self.described

    @property
    def gateways(self) -> list[str]:
        """Return the gateways that are played, in the order of the catalogue."""
        named = {name for each in self.to_play for name in gateways_of(each)}
        return [name for name in CATALOGUE if name in named]

    def give_up(self, gateway: str, after: Scenario) -> None:
        """Skip what is left of a gateway that did not start."""
        why = f"{gateway}: it did not start, see {after.location}"
        place = self.to_play.index(after) + 1 if after in self.to_play else 0
        for scenario in self.to_play[place:]:
            if gateway in gateways_of(scenario):
                self._rule_out(scenario, why)
        self.to_play = [each for each in self.to_play if each.skip_reason != why]

    def note(self, scenario: Scenario) -> None:
        """Take down that a scenario was given up where it was to be played."""
        if scenario.skip_reason and scenario in self.to_play:
            self.to_play.remove(scenario)
            self.impossible[scenario.skip_reason] += 1

    def _rule_out(self, scenario: Scenario, reason: str) -> None:
        skip(scenario, reason)
        self.impossible[reason] += 1


def gateways_of(scenario: Scenario) -> list[str]:
    """Return the names that a scenario puts in front, those of the catalogue or not."""
    return list(dict.fromkeys(_named(scenario)))


def _named(scenario: Scenario) -> Iterator[str]:
    for step in scenario.all_steps:
        if step.name.endswith(FRONT):
            yield step.name.removesuffix(FRONT)


def skip(scenario: Scenario, reason: str) -> None:
    """Skip a scenario; behave itself would log a warning for each."""
    scenario.skip()
    scenario.skip_reason = reason
