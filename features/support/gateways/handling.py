"""What a gateway may do to requests that it passes on or copies: an explicit list for each."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from features.support.wire.generated import Terms

ANY_ADDRESS = r"[\d.]+|[\da-f:]+"
NO_CHANGE = "nothing"
# Go's HTTP client asks for gzip where nobody has asked for an encoding, unless it is told this.
IDENTITY: Mapping[str, str] = {"accept-encoding": "identity"}


@dataclass(frozen=True)
class Changes:
    """What is done to the headers of a client.

    adds      what comes on top where a client sent none or an empty one: patterns of values, in
              which {client} is the client's address and {host} the request's host
    lacks     what does not get through
    reorders  whether headers of different names change places
    joins     whether repeats become one header (RFC 9110, section 5.3)
    moves     what may stand behind all others
    """

    adds: Mapping[str, str] = field(default_factory=dict)
    lacks: frozenset[str] = frozenset()
    reorders: bool = False
    joins: bool = False
    moves: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Handling:
    """What a gateway promises of requests of any kind, and how they may be changed.

    words      how the features say what may be changed
    terms      what may be in the requests
    primary    what is changed for the primary
    copy       what is changed for the shadow besides; credentials are left out of every copy
    tells      whether copies tell their route
    forwarded  who sent a copy, as it tells: a pattern, in which {client} is the client's address
    at_once    whether each of several requests at the same moment is sure to be copied
    loses      how many requests in a hundred may have no copy
    """

    words: str = NO_CHANGE
    terms: Terms = field(default_factory=Terms)
    primary: Changes = field(default_factory=Changes)
    copy: Changes = field(default_factory=Changes)
    tells: bool = False
    forwarded: str = "{client}"
    at_once: bool = True
    loses: float = 0.0


@dataclass(frozen=True)
class HeaderChange:
    """What a gateway does to headers: those it adds, whether it sorts them, or joins repeats.

    `words` are those in which the features say it.
    """

    words: str
    added: frozenset[str] = frozenset()
    sorts: bool = False
    joins: bool = False
