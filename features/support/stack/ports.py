"""Ports of this machine: free ones, and who holds a busy one."""

import errno
import os
import socket
import sys
from collections.abc import Collection
from contextlib import suppress
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import takewhile
from pathlib import Path

import psutil

from features.support.errors import StackError

LOOPBACK = "127.0.0.1"
_TABLES, _LISTENS = ("/proc/net/tcp", "/proc/net/tcp6"), "0A"
_WORD = 4  # bytes, which the kernel's tables write in the order of this machine
# A bound socket that does not listen keeps a port from everybody who does not ask for that very
# port with SO_REUSEADDR, as services do; also while its service is stopped.
_reserved: list[socket.socket] = []


def free_port() -> int:
    """Let the kernel choose a port on loopback, and keep it for this run's services."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind((LOOPBACK, 0))
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


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Tell whether a service may listen on a port of a host; 0 is any port of it."""
    return _hindrance(port, host) is None


def claim(port: int, variable: str, host: str = LOOPBACK) -> int:
    """Return a port that was asked for; raises StackError, in one line, when it is taken."""
    hindrance = _hindrance(port, host)
    if hindrance is not None:
        why = f"is held by {describe_owner(port, host)}; stop that, or"
        if hindrance == errno.EACCES:
            why = "is one that this user may not have;"
        raise StackError(f"port {port} {why} set {variable} to another port")
    return port


def _hindrance(port: int, host: str) -> int | None:
    """Return the number of the error that keeps a service from listening, None where none does."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as reason:
            return reason.errno
    return None


def owners(wanted: Collection[int], host: str = LOOPBACK) -> dict[int, int | None]:
    """Return, by TCP port of a host, the process that listens on it; None where none is seen.

    As long as nobody listens on one of them, no process is looked for at all.
    """
    found: dict[int, int | None] = dict.fromkeys(wanted)
    listening = {link: port for link, port in _listeners(host).items() if port in found}
    if found.keys() <= set(listening.values()):
        for pid in reversed(psutil.pids()):  # what has just started is among the last
            found |= {listening[link]: pid for link in _links(pid) & listening.keys()}
            if all(found.values()):
                break
    return found


def _listeners(host: str) -> dict[str, int]:
    """Return the TCP ports of a host that somebody listens on, by the link of their sockets.

    The kernel writes those who listen first. What follows is left unread, as psutil does not: it
    takes long where thousands of connections have just been closed, and a service that starts is
    looked at again and again.
    """
    found = {}
    here = _addresses(host)
    for path in filter(Path.exists, map(Path, _TABLES)):
        with path.open() as table:
            next(table)  # the titles
            for line in takewhile(lambda link: link[3] == _LISTENS, map(str.split, table)):
                address, _, port = line[1].rpartition(":")
                if not here or address in here:
                    found[f"socket:[{line[9]}]"] = int(port, 16)
    return found


@cache
def _addresses(host: str) -> tuple[str, ...]:
    """Return where a listener gets what is sent to a host, as the kernel's tables write it.

    Nothing stands for every address: who listens on one of them keeps a port from all.
    """
    address = ip_address(host.partition("%")[0])
    if address.is_unspecified:
        return ()
    every: tuple[str, ...] = (_written(IPv6Address(0)),)
    if isinstance(address, IPv4Address):
        every += (_written(IPv4Address(0)), _written(IPv6Address(f"::ffff:{address}")))
    return (_written(address), *every)


def _written(address: IPv4Address | IPv6Address) -> str:
    words = range(0, len(address.packed), _WORD)
    parts = (address.packed[at : at + _WORD] for at in words)
    return "".join(f"{int.from_bytes(part, sys.byteorder):08X}" for part in parts)


def _links(pid: int) -> set[str]:
    """Return what the files of a process are links to; nothing where this user may not look."""
    found = set()
    with suppress(OSError):  # it has ended meanwhile, or is another's
        for file in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                found.add(str(file.readlink()))
    return found


def owner(port: int, host: str = LOOPBACK) -> int | None:
    """Return the id of the process that listens on a TCP port of a host, None if none is seen."""
    return owners([port], host)[port]


def describe_owner(port: int, host: str = LOOPBACK) -> str:
    """Name the process that listens on a port, for a message."""
    pid = owner(port, host)
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
