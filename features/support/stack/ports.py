"""Ports of this machine: free ones, and who holds a busy one."""

import socket
from collections.abc import Iterator
from pathlib import Path

from features.support.errors import StackError

_LISTEN = "0A"  # state column of /proc/net/tcp, see proc(5)


def free_port() -> int:
    """Let the kernel choose a port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def claim(port: int, variable: str) -> int:
    """Return a port that was asked for; raises StackError, in one line, when it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise StackError(
                f"port {port} is held by {describe_owner(port)}; "
                f"stop that, or set {variable} to another port"
            ) from None
    return port


def owner(port: int) -> int | None:
    """Return the id of the process that listens on a TCP port, None when nobody visible does."""
    sockets = set(_listening_sockets(port))
    for process in Path("/proc").iterdir() if sockets else ():
        if process.name.isdigit() and sockets & _sockets_of(process):
            return int(process.name)
    return None


def describe_owner(port: int) -> str:
    """Name the process that listens on a port, for a message."""
    pid = owner(port)
    if pid is None:
        return "a process that this user cannot see"
    return f"{Path(f'/proc/{pid}/comm').read_text().strip()} (process {pid})"


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
            if fields[3] == _LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                yield f"socket:[{fields[9]}]"


def _sockets_of(process: Path) -> set[str]:
    try:
        return {str(link.readlink()) for link in (process / "fd").iterdir()}
    except OSError:  # gone meanwhile, or another user's
        return set()
