"""Ports of this machine: free ones, and who holds a busy one."""

import errno
import os
import socket
from collections.abc import Collection
from contextlib import suppress
from itertools import takewhile
from pathlib import Path

import psutil

from features.support.errors import StackError

_TABLES, _LISTENS = ("/proc/net/tcp", "/proc/net/tcp6"), "0A"
# Addresses, as the kernel's tables write them, where a listener gets what is sent to 127.0.0.1.
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


def is_free(port: int) -> bool:
    """Tell whether a service may listen on a port of loopback."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


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


def owners(wanted: Collection[int]) -> dict[int, int | None]:
    """Return, by TCP port of loopback, the process that listens on it; None where none is seen.

    As long as nobody listens on one of them, no process is looked for at all.
    """
    found: dict[int, int | None] = dict.fromkeys(wanted)
    listening = {link: port for link, port in _listeners().items() if port in found}
    if found.keys() <= set(listening.values()):
        for pid in reversed(psutil.pids()):  # what has just started is among the last
            found |= {listening[link]: pid for link in _links(pid) & listening.keys()}
            if all(found.values()):
                break
    return found


def _listeners() -> dict[str, int]:
    """Return the TCP ports of loopback that somebody listens on, by the link of their sockets.

    The kernel writes those who listen first. What follows is left unread, as psutil does not: it
    takes long where thousands of connections have just been closed, and a service that starts is
    looked at again and again.
    """
    found = {}
    for path in filter(Path.exists, map(Path, _TABLES)):
        with path.open() as table:
            next(table)  # the titles
            for line in takewhile(lambda link: link[3] == _LISTENS, map(str.split, table)):
                address, _, port = line[1].rpartition(":")
                if address in _HERE:
                    found[f"socket:[{line[9]}]"] = int(port, 16)
    return found


def _links(pid: int) -> set[str]:
    """Return what the files of a process are links to; nothing where this user may not look."""
    found = set()
    with suppress(OSError):  # it has ended meanwhile, or is another's
        for file in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                found.add(str(file.readlink()))
    return found


def owner(port: int) -> int | None:
    """Return the id of the process that listens on a TCP port of loopback, None if none is seen."""
    return owners([port])[port]


def describe_owner(port: int) -> str:
    """Name the process that listens on a port, for a message."""
    pid = owner(port)
    try:
        if pid:
            return f"{psutil.Process(pid).name()} (process {pid})"
    except psutil.Error:  # it has ended meanwhile
        pass
    return "a process that this user cannot see"


def descends(pid: int | None, ancestor: int) -> bool:
    """Tell whether a process is the ancestor itself or one of its descendants."""
    if not pid or pid == ancestor:
        return pid == ancestor
    try:
        return any(each.pid == ancestor for each in psutil.Process(pid).parents())
    except psutil.Error:
        return False
