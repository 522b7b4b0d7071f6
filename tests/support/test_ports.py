import os
import re
import socket
import sys
from collections.abc import Iterator

import psutil
import pytest

from features.support.errors import StackError
from features.support.stack import ports
from tests.runs import finish


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
    done = finish(sys.executable, "-c", attempt)
    assert done.stdout == (
        "port 81 is one that this user may not have; set STATS_PORT to another port\n"
    ), done.stderr


def test_what_is_no_port_is_told_with_the_variable() -> None:
    for value in ("0", "65536", "-1", "8o", "", " 80", "\N{SUPERSCRIPT TWO}"):
        told = re.escape(f"GATEWAY_PORT={value}: give a port from 1 to 65535")
        with pytest.raises(StackError, match=f"^{told}$"):
            ports.named("GATEWAY_PORT", value)


def test_a_port_without_a_listener_has_no_owner(held: int) -> None:
    assert ports.owner(ports.free_port()) is None
    with socket.create_connection(("127.0.0.1", held)) as client:
        assert ports.owner(client.getsockname()[1]) is None, "a client is no owner"


def test_who_listens_elsewhere_with_the_same_number_is_not_the_owner() -> None:
    port = ports.free_port()
    with socket.create_server(("127.7.7.7", port)):
        assert ports.owner(port) is None
        assert ports.claim(port, "GATEWAY_PORT") == port


@pytest.mark.parametrize("host", ["127.7.7.7", "::1", "0.0.0.0", "::"])
def test_a_port_of_another_host_is_told_with_its_holder(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, 0), family=family)
    except OSError:
        pytest.skip(f"this machine has no {host}")
    with listener:
        port = listener.getsockname()[1]
        assert ports.owner(port, host) == os.getpid()
        with pytest.raises(StackError, match=rf"port {port} is held by .*process {os.getpid()}"):
            ports.claim(port, "PORT", host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_who_listens_on_one_address_keeps_a_port_from_all(host: str, held: int) -> None:
    with pytest.raises(StackError, match=f"process {os.getpid()}"):
        ports.claim(held, "PORT", host)
