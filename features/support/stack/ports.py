"""Ports of this machine: free ones, and who holds a busy one."""

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from features.support.errors import StackError

_LISTEN = "0A"  # state column of /proc/net/tcp, see proc(5)
# Local addresses in /proc/net/tcp and tcp6 at which a listener gets what is sent to 127.0.0.1.
_HERE = ("0100007F", "00000000", "0" * 32, "0000000000000000FFFF00000100007F")
# A bound socket that does not listen keeps a port from everybody who does not ask for that very
# port with SO_REUSEADDR, as services do; also while its service is stopped.
_reserved: list[socket.socket] = []


def free_port() -> int:
    """Let the kernel choose a port on loopback, and keep it for this run's services."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    _reserved.append(holder)
    port: int = holder.getsockname()[1]
    return port


def named(variable: str, value: str) -> int:
    """Read the port that an environment variable names; raises StackError."""
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise StackError(f"{variable}={value}: give a port from 1 to 65535")
    return int(value)


def asked_for(variable: str | None) -> int | None:
    """Return the port that an environment variable asks for, None when it asks for none.

    Raises StackError, in one line, when it is no port, or taken.
    """
    asked = os.environ.get(variable, "") if variable else ""
    if variable is None or not asked:
        return None
    return claim(named(variable, asked), variable)


def claim(port: int, variable: str) -> int:
    """Return a port that was asked for; raises StackError, in one line, when it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as reason:
            why = f"is held by {describe_owner(port)}; stop that, or"
            if reason.errno == errno.EACCES:
                why = "is one that this user may not have;"
            raise StackError(f"port {port} {why} set {variable} to another port") from None
    return port


def owner(port: int) -> int | None:
    """Return the id of the process that listens on a TCP port of loopback, None if none is seen."""
    sockets = set(_listening_sockets(port))
    for process in Path("/proc").iterdir() if sockets else ():
        if process.name.isdigit() and sockets & _sockets_of(process):
            return int(process.name)
    return None


def describe_owner(port: int) -> str:
    """Name the process that listens on a port, for a message."""
    pid = owner(port)
    try:
        return f"{Path(f'/proc/{pid}/comm').read_text().strip()} (process {pid})"
    except OSError:  # nobody was seen, or it has ended meanwhile
        return "a process that this user cannot see"


def descends(pid: int | None, ancestor: int) -> bool:
    """Tell whether a process is the ancestor itself or one of its descendants."""
    while pid and pid != ancestor:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return False
        pid = int(fields[1])
    return pid == ancestor


def _listening_sockets(port: int) -> Iterator[str]:
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        for line in table.read_text().splitlines()[1:] if table.exists() else ():
            fields = line.split()
            address, _, number = fields[1].partition(":")
            if fields[3] == _LISTEN and address in _HERE and int(number, 16) == port:
                yield f"socket:[{fields[9]}]"


def _sockets_of(process: Path) -> set[str]:
    found = set()
    with suppress(OSError):  # gone meanwhile, or another user's
        for link in (process / "fd").iterdir():
            with suppress(OSError):  # one file that was closed meanwhile says nothing of the rest
                found.add(str(link.readlink()))
    return found
