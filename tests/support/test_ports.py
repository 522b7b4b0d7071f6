import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from features.support.errors import StackError
from features.support.stack import ports


@pytest.fixture
def held() -> Iterator[int]:
    """A port on which this process listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_no_free_port_is_given_twice() -> None:
    given = [ports.free_port() for _ in range(100)]
    assert len(set(given)) == len(given)


def test_a_free_port_goes_to_nobody_who_does_not_ask_for_it() -> None:
    port = ports.free_port()
    with socket.socket() as stranger, pytest.raises(OSError, match="Address already in use"):
        stranger.bind(("127.0.0.1", port))


def test_a_free_port_can_be_claimed_right_after_a_service_left_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            listener.accept()[0].close()  # the server's end stays in TIME-WAIT
    assert ports.claim(port, "GATEWAY_PORT") == port


def test_a_busy_port_is_told_with_its_holder_and_the_variable(held: int) -> None:
    with pytest.raises(StackError) as told:
        ports.claim(held, "GATEWAY_PORT")
    name = psutil.Process().name()
    assert str(told.value) == (
        f"port {held} is held by {name} (process {os.getpid()}); "
        "stop that, or set GATEWAY_PORT to another port"
    )


def test_a_port_that_is_held_on_all_addresses_is_busy() -> None:
    with socket.create_server(("0.0.0.0", 0)) as listener:
        port = listener.getsockname()[1]
        assert ports.owner(port) == os.getpid()
        with pytest.raises(StackError, match=f"process {os.getpid()}"):
            ports.claim(port, "GATEWAY_PORT")


def test_a_port_that_this_user_may_not_have_is_told_as_such() -> None:
    """As a process without the right to bind low ports, whoever runs the tests."""
    attempt = (
        "import ctypes, os\n"
        "from features.support.errors import StackError\n"
        "from features.support.stack import ports\n"
        "os.getuid() or os.setuid(65534)\n"
        "try:\n    ports.claim(81, 'STATS_PORT')\n"
        "except StackError as reason:\n    print(reason)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", attempt], capture_output=True, text=True, check=False
    )
    assert done.stdout == (
        "port 81 is one that this user may not have; set STATS_PORT to another port\n"
    ), done.stderr


@pytest.mark.parametrize("value", ["0", "65536", "-1", "8o", "", " 80", "\N{SUPERSCRIPT TWO}"])
def test_what_is_no_port_is_told_with_the_variable(value: str) -> None:
    with pytest.raises(StackError) as told:
        ports.named("GATEWAY_PORT", value)
    assert str(told.value) == f"GATEWAY_PORT={value}: give a port from 1 to 65535"


def test_the_owner_is_who_listens(held: int) -> None:
    assert ports.owner(held) == os.getpid()
    assert ports.describe_owner(held).endswith(f" (process {os.getpid()})")


def test_a_port_without_a_listener_has_no_owner(held: int) -> None:
    assert ports.owner(ports.free_port()) is None
    with socket.create_connection(("127.0.0.1", held)) as client:
        assert ports.owner(client.getsockname()[1]) is None, "a client is no owner"


def test_who_listens_elsewhere_with_the_same_number_is_not_the_owner() -> None:
    port = ports.free_port()
    with socket.create_server(("127.7.7.7", port)):
        assert ports.owner(port) is None
        assert ports.claim(port, "GATEWAY_PORT") == port


def test_descent_is_known_over_generations() -> None:
    script = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
    leaf = "import os; print(os.getpid(), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script, leaf],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout
        grandchild = int(child.stdout.readline())
        assert ports.descends(grandchild, child.pid)
        assert ports.descends(grandchild, os.getpid())
        assert ports.descends(child.pid, child.pid)
        assert not ports.descends(child.pid, grandchild)
        child.communicate("\n")
    assert not ports.descends(grandchild, os.getpid()), "it has ended"
    assert not ports.descends(None, os.getpid())
