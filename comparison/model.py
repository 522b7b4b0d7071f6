"""What a comparison is made of: columns are gateways, rows are promises, cells are verdicts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

# How bad it is when a promise is not kept, worst first.
SEVERITIES = ("blocker", "critical", "normal", "minor", "trivial")


def family_of(gateway: str) -> str:
    """Return the name of what clients talk to: "A" of "A with B"."""
    return gateway.partition(" with ")[0]


class Verdict(StrEnum):
    """What a cell says; nothing but runs makes it kept, limit or failed."""

    KEPT = "kept"
    LIMIT = "limit"
    FAILED = "failed"
    DOES_NOT_APPLY = "does not apply"
    NOT_RUN = "not run"

    @property
    def was_run(self) -> bool:
        """Tell whether scenarios were played for it."""
        return self in (Verdict.KEPT, Verdict.LIMIT, Verdict.FAILED)


@dataclass(frozen=True)
class Cell:
    """What runs say about one promise and one gateway.

    `of` is how many of its own scenarios were played, `strict` how often the promise of a limit was
    played, which must break; `run` is the id of their run, `why` the reason where nothing was
    played or something failed, `instead` the keys of the scenarios that tell what happens instead
    (of a limit) or that failed. `asked` tells its own scenarios, played or not, from others: it is
    another word when they change, "" where that was not noted. `older` is what was run before they
    or the configuration changed, and counts as not run.
    """

    verdict: Verdict
    of: int = 0
    run: str = ""
    why: str = ""
    instead: tuple[str, ...] = ()
    strict: int = 0
    asked: str = ""
    older: bool = False


@dataclass(frozen=True)
class ScenarioRef:
    """A scenario that a cell refers to: where it stands, its title, steps and own severity.

    `severity` is "" where its tags name none.
    """

    file: str
    line: int
    title: str
    steps: tuple[str, ...]
    severity: str = ""

    @property
    def key(self) -> str:
        """Return what cells call it; a title stands once in a file."""
        return f"{self.file}: {self.title}"


@dataclass(frozen=True)
class Column:
    """A gateway in the versions it was run with; "" is the version of what did not start.

    `programs` are its programs, that which clients talk to first, with their versions.
    """

    gateway: str
    programs: tuple[tuple[str, str], ...]

    @property
    def version(self) -> str:
        """Return the version of what clients talk to."""
        return self.programs[0][1] if self.programs else ""

    @property
    def key(self) -> str:
        """Return what tells this column from others."""
        told = ", ".join(f"{name} {version}" for name, version in self.programs if version)
        return f"{self.gateway} ({told or 'version not known'})"

    @property
    def family(self) -> str:
        """Return what clients talk to, whatever mirrors for it: "A" of "A with B"."""
        return family_of(self.gateway)

    @property
    def beside(self) -> tuple[str, ...]:
        """Return the programs that this way of mirroring needs beside what clients talk to."""
        return tuple(name for name, _ in self.programs[1:])


@dataclass(frozen=True)
class Promise:
    """A row: a promise, the feature it stands in, and how its cells came out, by column key.

    `cases` are what stands for the ellipsis in its title where it is played in several ways.
    """

    id: str
    title: str
    file: str
    feature: str
    severity: str
    claims: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    cells: Mapping[str, Cell] = field(default_factory=dict)

    def cell(self, column: Column) -> Cell:
        """Return the cell of a column; where runs did not know the promise it was not run."""
        return self.cells.get(column.key, Cell(Verdict.NOT_RUN, why="not part of this run"))


@dataclass(frozen=True)
class Run:
    """A run of behave: when (ISO 8601, UTC), on what, for how many seconds, and all of it?

    `played` counts by gateway the scenarios that were played, whether of a promise or not; `commit`
    is the specification's, "" where it is not known, `changed` whether files differed from it;
    `configurations` tells each gateway's configuration from others.
    """

    started: str
    stack: str
    machine: str
    seconds: int
    whole: bool
    selection: str
    played: Mapping[str, int] = field(default_factory=dict, hash=False)
    commit: str = ""
    changed: bool = False
    configurations: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def id(self) -> str:
        """Return what cells call it."""
        return f"{self.stack} {self.started}"

    @property
    def day(self) -> str:
        """Return the day on which it began."""
        return self.started.partition("T")[0]


@dataclass(frozen=True)
class Comparison:
    """Runs, their columns, the promises, and the scenarios that cells refer to, by key."""

    runs: tuple[Run, ...]
    columns: tuple[Column, ...]
    promises: tuple[Promise, ...]
    scenarios: Mapping[str, ScenarioRef]
    conflicts: tuple[str, ...] = ()

    def groups(self) -> Mapping[str, list[Promise]]:
        """Return the promises by the title of their feature, in the order of the features."""
        found: dict[str, list[Promise]] = {}
        for promise in self.promises:
            found.setdefault(promise.feature, []).append(promise)
        return found

    def cells(self, column: Column) -> Iterator[tuple[Promise, Cell]]:
        """Yield every promise with the column's cell."""
        return ((promise, promise.cell(column)) for promise in self.promises)

    def played(self, gateway: str) -> int:
        """Count the scenarios of a gateway that its runs played, whether of a promise or not."""
        return sum(run.played.get(gateway, 0) for run in self.runs)

    def instead(self, cell: Cell) -> list[ScenarioRef]:
        """Return the scenarios that a cell refers to."""
        return [self.scenarios[key] for key in cell.instead]

    @property
    def whole(self) -> bool:
        """Tell whether every run behind it played all there was."""
        return bool(self.runs) and all(run.whole for run in self.runs)
