"""What a mutant is: a small patch that breaks one promise, and the scenarios that must notice."""

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase, translate
from pathlib import Path

# The features of plain HAProxy.
PLAIN = (
    "features/routing/routing.feature",
    "features/routing/fidelity.feature",
    "features/operation/concurrency.feature",
    "features/operation/configuration.feature",
    "features/operation/health.feature",
    "features/operation/stats.feature",
    "features/mirroring/baseline.feature",
    "features/mirroring/limitation.feature",
)
# Half of the time of the above; played only for those that one of their scenarios must kill.
_SLOW = {"health", "limitation"}

# Features whose scenarios take seconds each: of these the killers alone are played.
_LONG = {
    "figures", "half_requests", "isolation", "load", "native", "outages", "primary_gone", "running",
    "sampled_route", "sampling", "shadows", "sizes", "slow_primary", "timing", "tool_health",
}  # fmt: skip

# HAProxy counts a request in steps; where three runs share a machine, figures may be read between
# them. What breaks figures has killers of its own. Lua scripts are put into the reference
# configuration, so that they need its lines, its reload and the shadow.
ANYWHERE = ("stats: The figures of route *", "limitation: * Lua script *")


class PatchError(Exception):
    """A patch no longer fits the tree, so its mutant proves nothing."""


@dataclass(frozen=True)
class Patch:
    """Text of a file that is replaced, as often as it is said to occur."""

    file: str
    old: str
    new: str
    times: int = 1

    def apply(self, tree: Path) -> None:
        """Change the file in a tree; raises PatchError when the text is not there so often."""
        path = tree / self.file
        text = path.read_text()
        if text.count(self.old) != self.times:
            found = text.count(self.old)
            raise PatchError(f"{self.file} has {self.old!r} {found} times, not {self.times}")
        path.write_text(text.replace(self.old, self.new))


@dataclass(frozen=True)
class Mutant:
    """A broken product.

    Both `killers` and `bystanders` are patterns of "feature: scenario title": every scenario that
    a killer matches must fail, those that a bystander matches may. Only the scenarios of
    `features` are played whose titles contain `titles`, on a kind of stack. Where the gateway
    `only` is named and cannot run, the mutant is not played.
    """

    name: str
    breaks: str
    patches: tuple[Patch, ...]
    killers: tuple[str, ...]
    bystanders: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    features: tuple[str, ...] = PLAIN
    titles: str = ""
    stack: str = "local"
    only: str = ""

    def plant(self, tree: Path) -> None:
        """Break a tree; raises PatchError."""
        for name, text in self.files.items():
            (tree / name).write_text(text)
        for patch in self.patches:
            patch.apply(tree)

    @property
    def features_to_play(self) -> list[str]:
        """Leave out what has no killer and is slow, or may fail as everything may."""
        killing = {pattern.partition(":")[0] for pattern in self.killers}
        spared = {Path(file).stem for file in self.features} if "*" in self.bystanders else _SLOW
        return [file for file in self.features if Path(file).stem not in spared - killing]

    @property
    def names(self) -> list[str]:
        """Return patterns of what the titles of the scenarios to play contain; none means all."""
        if not self.titles:
            return []
        if all(Path(file).stem in _LONG for file in self.features):
            return [translate(killer.partition(": ")[2]) for killer in self.killers]
        return [re.escape(self.titles)]

    def survived(self, played: set[str], failed: set[str]) -> list[str]:
        """List the scenarios that should have noticed and did not, and killers not played."""
        absent = [k for k in self.killers if not any(fnmatchcase(title, k) for title in played)]
        passed = played - failed
        return absent + sorted(t for t in passed if any(fnmatchcase(t, k) for k in self.killers))

    def unrelated(self, failed: set[str]) -> list[str]:
        """List the failed scenarios that have nothing to do with what is broken."""
        known = (*self.killers, *self.bystanders, *ANYWHERE)
        return sorted(t for t in failed if not any(fnmatchcase(t, pattern) for pattern in known))
