"""How long clients wait for their answers, and which of them wait for longer than others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

from features.support.checks import answers
from features.support.scene import Scene
from features.support.waiting import measuring, patient
from features.support.wire.client import Exchange
from features.support.wire.crowd import Crowd
from features.support.wire.exchange import Answer

MIRRORED, PLAIN = "/api/v1", "/api/v3"
_LATE = 0.5  # seconds after which an answer is late
_SHOWN = 5  # examples in a message
# How much slower clients may be served on the mirrored route: by seconds, or by a part of what they
# wait on the other, whichever is more.
_MORE, _PART = 0.005, 0.5
# And by so many times what keeps the slowest tenth on the other: a busy machine holds up one
# who has to be waited for once more as it holds up all the others.
_BUSY = 2.0
_NEW, _KEPT = "over new connections", "over a kept connection"
_QUARTER = 4  # one client sends a quarter of the requests in each way, many send the others
# Many clients pause, so that all together send three times as slowly as one who waits for each
# answer: they are to meet, and not to keep the processors so busy that it is these they wait for.
_SLOWER = 3.0
_LONGEST = 0.004  # seconds of an answer for which they pause
_DECILE = 0.9
_SAID = "median, slowest tenth, slowest"


def check_durations(exchanges: Sequence[Exchange], seconds: float) -> list[str]:
    """Say which answers took longer than so many seconds."""
    return [wrong for each in exchanges for wrong in answers.check_duration(each, seconds)]


def check_only_later_delayed(compared: Mapping[str, Sequence[Exchange]], most: float) -> list[str]:
    """Say how others than later requests of a connection on v1 were late, or by more than `most` s.

    The first request on a connection must be in time, half of the later ones late.
    """
    first, later = (waits_of(compared[how], MIRRORED) for how in (_NEW, _KEPT))
    plain = max(waits_of(each, PLAIN).most for each in compared.values())
    found = [] if first.most < patient(_LATE) else [f"over new connections ({_SAID}): v1 {first}"]
    found += [] if plain < patient(_LATE) else [f"v3: slowest tenth {plain * 1000:.1f} ms"]
    if not _LATE <= later.half <= later.most <= patient(most):
        found.append(f"over a kept connection ({_SAID}): v1 {later}")
    return found


def check_interruptions(
    exchanges: Sequence[Exchange], count: range, soon: float, late: float
) -> list[str]:
    """Say how not so many requests suffered: got no proper answer, or one after `soon` s.

    None may have been answered after `late` s.
    """
    suffered = [
        wrong
        for each in exchanges
        for wrong in answers.check_answer(each) or answers.check_duration(each, soon)
    ]
    found = [wrong for each in exchanges for wrong in _check_not_before(each, late)]
    if len(suffered) not in count:
        found += [
            f"{len(suffered)} of {len(exchanges)} requests suffered",
            *suffered[:_SHOWN],
        ]
    return found


def _check_not_before(exchange: Exchange, seconds: float) -> list[str]:
    """Say how a client was kept for longer than so many seconds, whatever it got then."""
    return answers.check_duration(exchange, seconds) if exchange.status else []


@dataclass(frozen=True)
class Waits:
    """Seconds that clients were kept, in rising order: half of them no longer than, and so on."""

    taken: Sequence[float]

    @property
    def half(self) -> float:
        """Seconds that half of them waited at most."""
        return median(self.taken)

    @property
    def most(self) -> float:
        """Seconds that nine in ten waited at most."""
        return self.taken[int(len(self.taken) * _DECILE)]

    @property
    def all(self) -> float:
        """Seconds that the slowest waited."""
        return self.taken[-1]

    def __str__(self) -> str:
        """Say them in milliseconds."""
        return f"{self.half * 1000:.1f}, {self.most * 1000:.1f}, {self.all * 1000:.1f} ms"

    def longer_than(self, seconds: float) -> float:
        """Return which part of them waited longer."""
        return sum(each > seconds for each in self.taken) / len(self.taken)

    def exceeds(self, plain: "Waits") -> bool:
        """Tell whether clients waited too long for what others wait for on a plain route.

        Of those who waited too long, as many are the machine's doing as waited so on the other.
        """
        busy = (plain.most - plain.half) * _BUSY

        def bound(seconds: float) -> float:
            return seconds + busy + patient(max(_MORE, seconds * _PART))

        late = bound(plain.most)
        often = self.longer_than(late) - plain.longer_than(late) >= 1 - _DECILE
        ever = self.all > max(patient(_LATE), plain.all * 2)
        return self.half > bound(plain.half) or often or ever


def compare_routes(scene: Scene, rounds: int, clients: int) -> dict[str, list[Exchange]]:
    """Send requests on v1 and v3 alternately: one client first, then so many at the same time.

    One opens new connections as well; the many keep theirs.
    """
    crowd = partial(Crowd, scene.entry, (MIRRORED, PLAIN))
    few = rounds // _QUARTER
    with measuring():
        found = {_NEW: crowd(1, few, kept=False).send(), _KEPT: crowd(1, few).send()}
        usual = min(waits_of(found[_KEPT], PLAIN).half, _LONGEST)
        many = crowd(clients, (rounds - 2 * few) // clients, pause=clients * usual * _SLOWER)
        found[f"{clients} clients at once"] = many.send()
    scene.exchanges += [each for part in found.values() for each in part]
    return found


def send_much(scene: Scene, clients: int, count: int) -> None:
    """Send so many requests on v1, each over a connection of its own."""
    crowd = Crowd(scene.entry, (MIRRORED,), clients, count // clients, kept=False)
    scene.exchanges += crowd.send()


def waits_of(exchanges: Sequence[Exchange], target: str) -> Waits:
    """Return how long clients were kept who sent to a target; all must have got an answer."""
    taken = sorted(
        each.answer.elapsed
        for each in exchanges
        if each.sent.target == target and isinstance(each.answer, Answer)
    )
    if not taken:
        raise AssertionError(f"no request to {target} was answered")
    return Waits(taken)


def check_as_fast(compared: Mapping[str, Sequence[Exchange]]) -> list[str]:
    """Say how v1 was answered more slowly than v3: in the median, the slowest tenth, or ever."""
    found = []
    for how, exchanges in compared.items():
        mirrored, plain = waits_of(exchanges, MIRRORED), waits_of(exchanges, PLAIN)
        if mirrored.exceeds(plain):
            found.append(f"{how} ({_SAID}): v1 {mirrored}; v3 {plain}")
    return found
