"""What a gateway is: its services, and what is known of how it is operated.

Each gateway is described in a file of its own; whoever adds one fills in a `Gateway`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from features.support.errors import CannotFindOutError, MissingAbilityError
from features.support.gateways.account import Account, settled
from features.support.gateways.fate import Fate, FateFigures
from features.support.gateways.handling import Handling, HeaderChange
from features.support.stack import Stack
from features.support.stack.service import Service, Topology

T = TypeVar("T")
Choice = Literal["safe methods", "another host", "no traces"]
SHADOW_HOST = "shadow.example"  # that an operator may choose for copies
# Whose configuration it is: that of the gateway itself, or of the mirroring tool beside it.
Role = Literal["front", "tool"]


@dataclass(frozen=True)
class Edit:
    """Text of a configuration, which stands there so many times, and what comes in its place."""

    old: str
    new: str
    times: int = 1

    def applied(self, text: str, file: Path) -> str:
        """Return the text with the edit made; raises CannotFindOutError when it does not fit."""
        if text.count(self.old) != self.times:
            raise CannotFindOutError(f"{file} has not {self.times} times {self.old!r}")
        return text.replace(self.old, self.new)


def _nothing() -> None:
    """Do nothing: the gateway watches its file."""


@dataclass(frozen=True)
class Effect:
    """How a changed file takes effect: what is told to whom, and what tells that it was heard.

    What `probe` says in words is another word once it was; `stamp` adds to the file what it looks
    for, to the file `stamped` where one is named. A file with a mistake is left aside as a whole
    where the gateway is `strict`. One that is `deaf` while it begins is told again when it did not
    hear. A file that must never be seen half written is replaced as a `whole`.
    """

    probe: Callable[[], str]
    trigger: Callable[[], None] = _nothing
    stamp: Callable[[str], str] = str
    stamped: str = ""
    strict: bool = False
    deaf: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Setting:
    """What is written into the configuration of a role's service; `file` is another beside it.

    `effecting` tells how it takes effect, if not as other changes of that role do.
    """

    role: Role
    edits: Sequence[Edit]
    file: str = ""
    effecting: "Effecting | None" = None


@dataclass(frozen=True)
class FileShare:
    """A share of route v2, in percent, that is written into the configuration of a role's service.

    `file` is another file beside it. `invalid` writes what is no share, for gateways that take it
    for one while they run.
    """

    role: Role
    edit: Callable[[int], Edit]
    file: str = ""
    invalid: Edit | None = None


# Edits of the files of one directory, by their names; "" is the configuration itself.
Edits = Mapping[str, Sequence[Edit]]
Effecting = Callable[[Stack, "Gateway"], Effect]


@dataclass(frozen=True)
class SecondShadow:
    """What is written into the configuration of a role's service to add a shadow.

    In the new text {second} is its address, {second_host} and {second_port} are its parts; `file`
    is another file beside the configuration, `more` are changes of further ones. `effect` is how
    it takes effect if not as usual; `beside` is written and takes effect before it.
    """

    role: Role
    changes: Sequence[tuple[str, str]]
    file: str = ""
    more: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    effect: Effecting | None = None
    beside: "SecondShadow | None" = None

    def edits(self, address: str) -> Edits:
        """Return the edits that add a shadow at an address, host:port."""
        host, _, port = address.rpartition(":")
        parts = {"{second}": address, "{second_host}": host, "{second_port}": port}
        return {
            file: [Edit(old, _filled(new, parts)) for old, new in changes]
            for file, changes in {self.file: self.changes, **self.more}.items()
        }


def _filled(text: str, parts: Mapping[str, str]) -> str:
    for name, value in parts.items():
        text = text.replace(name, value)
    return text


@dataclass(frozen=True)
class MirroringMistake:
    """A wrong variable or a wrong line of the mirroring, and how the service is asked to load it.

    `role` is whose service loads it, by a `command` that is run where it runs. In `file` the line
    `old` becomes `new`. The message must have each word of `named`; {line} is the wrong line.
    """

    role: Role
    command: tuple[str, ...]
    named: tuple[str, ...]
    file: str = ""
    old: str = ""
    new: str = ""


@dataclass(frozen=True)
class ConfigMistake:
    """A line of the running configuration, what stands in its place, and which line is wrong."""

    instead_of: str
    put: str
    wrong: str


@dataclass(frozen=True)
class ConfigCheck:
    """How a gateway's own program judges configurations: commands, and mistakes that it must name.

    The mistakes are made in the file `reference`. `running` judges the configuration that runs,
    warnings too; `loading` one in {files}, whose file's name follows, and `strict` takes warnings
    for faults; `starting` starts a second gateway; `keywords` lists every keyword; `alarm` and
    `warning` are words that stand in refusals and in warnings.
    """

    reference: Path
    running: tuple[str, ...]
    loading: tuple[str, ...]
    strict: tuple[str, ...]
    starting: tuple[str, ...]
    keywords: tuple[str, ...]
    alarm: str
    warning: str
    mistakes: Mapping[str, ConfigMistake]


@dataclass(frozen=True)
class CirculatingScript:
    """A script that people copy, and what loads and calls it: edits with {path} for its place."""

    name: str
    text: str
    loaded: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Circulating:
    """Configurations that people copy from one another, and this project's own in their place.

    Each is a set of files, of which `main` is loaded; `own` is a directory with such files.
    """

    main: str
    files: Mapping[str, str]
    own: Path
    scripts: Mapping[str, CirculatingScript]


Reading = Callable[[Stack, "Gateway"], Account]


@dataclass(frozen=True)
class Gateway(Topology):
    """A gateway of the catalogue, and all that differs from one gateway to another.

    tool             the service beside the gateway that makes the copies, None where there is none;
                     `tool_health` are port and path where it tells whether it is well
    checks_shadow    whether the gateway asks for the shadow's health
    account          reads what the way of mirroring counts
    account_at_end   reads from its log what a tool had counted when it was stopped
    front_counts     reads what the gateway itself counts of the way of mirroring, by reason or name
    figures          what it publishes of single fates of copies
    leaves_alone     tells how many of its parts leave the shadow alone for a while, or may soon
    patience         how a fate is brought about sooner: little time for an answer, little room
    sessions         how a share, in percent, of the sessions on route v2 is mirrored
    choices          what an operator may choose of the copies, and how
    effects          how a changed configuration takes effect, by role
    reread           what an operator changes where the gateway watches its files and reloads none
    process          tells the gateway's working processes from those that come after a reload
    answer_time      sets how many seconds it waits for the primary, in place of those it has
    share            how the share of route v2 is changed
    restarted        how a changed configuration of its tool takes effect by a restart of the tool
    second_shadow    how a second shadow is added
    mistakes         mistakes in what the mirroring is configured with, by the features' words
    config_check     how its program judges configurations
    circulating      configurations that people copy from one another
    workaround       a change of its configuration that lifts a limit, at a price
    header_change    what it does to headers of requests
    handling         what it may do to requests of any kind, and what it promises of them
    software         names of programs that answers must not tell, beside its own
    one_thread       its front with one thread that serves clients, for measuring
    does_not_apply   promises that mean nothing for it, and why; all others it keeps or has as limit
    """

    tool: str | None = None
    tool_health: tuple[str, str] | None = None
    checks_shadow: bool = True
    account: Reading | None = None
    account_at_end: Reading | None = None
    front_counts: Callable[[Stack, "Gateway"], Mapping[str, int]] | None = None
    figures: "FateFigures[Gateway] | None" = None
    leaves_alone: Callable[[Stack, "Gateway"], int] | None = None
    patience: Mapping[Fate, Setting] = field(default_factory=dict)
    sessions: Callable[[int], Sequence[Setting]] | None = None
    choices: Mapping[Choice, Setting] = field(default_factory=dict)
    effects: Mapping[Role, Effecting] = field(default_factory=dict)
    reread: Edits = field(default_factory=dict)
    process: Callable[[Stack, "Gateway"], str] | None = None
    answer_time: Callable[[int], Setting] | None = None
    share: FileShare | None = None
    restarted: Effecting | None = None
    second_shadow: SecondShadow | None = None
    mistakes: Mapping[str, MirroringMistake] = field(default_factory=dict)
    config_check: ConfigCheck | None = None
    circulating: Circulating | None = None
    workaround: Edit | None = None
    header_change: HeaderChange | None = None
    handling: Handling | None = None
    software: tuple[str, ...] = ()
    one_thread: Callable[[Service], Service] | None = None
    does_not_apply: Mapping[str, str] = field(default_factory=dict)

    def playing(self, role: Role) -> str:
        """Return the name of the service that plays a role."""
        return str(self.tool) if role == "tool" else self.front

    @property
    def front_service(self) -> Service:
        """Return the service that clients talk to."""
        return next(each for each in self.services if each.name == self.front)

    def read_account(self, stack: Stack) -> Account:
        """Read what the way of mirroring counts; raises CannotFindOutError where nothing does."""
        return needed(self.account, self, "account")(stack, self)

    def settled_account(self, stack: Stack, at_least: int = 0) -> Account:
        """Return the account once nothing is in flight any more (see `account.settled`)."""
        return settled(lambda: self.read_account(stack), at_least)

    def effect(self, stack: Stack, role: Role) -> Effect:
        """Return how a change of a role's configuration takes effect."""
        return needed(self.effects.get(role), self, f"effects[{role}]")(stack, self)


def needed(ability: T | None, gateway: Gateway, name: str) -> T:
    """Return an ability that a gateway has; raises MissingAbilityError where it declares none."""
    if ability is None:
        raise MissingAbilityError(f"{gateway.name} declares no {name}")
    return ability


def without_a_tool(reason: str) -> dict[str, str]:
    """Return the promises about a mirroring tool, which mean nothing where none runs."""
    about_tools = "dead frozen back restarted frozen-under-load draining blind twice"
    return {f"tool-{each}": reason for each in about_tools.split()}


def exemptions(gateways: Iterable[Gateway]) -> dict[str, dict[str, str]]:
    """Return, by promise, the gateways that it means nothing for, and why."""
    found: dict[str, dict[str, str]] = {}
    for gateway in gateways:
        for promise, reason in gateway.does_not_apply.items():
            found.setdefault(promise, {})[gateway.name] = reason
    return found
