"""Reading the journals of the recorders and making them misbehave, over their control ports."""

import os
import secrets
from collections.abc import Callable, Iterable
from typing import Any

import requests

from features.support.errors import CannotFindOutError, StackError
from features.support.waiting import eventually, patient
from features.support.wire.client import Address
from features.support.wire.exchange import Received
from features.support.wire.ids import given, is_of_the_first

# Recorders that listen beyond loopback, as in containers, take changes only from who knows it.
TOKEN = os.environ.get("RECORDER_TOKEN") or secrets.token_hex(16)
_TIMEOUT = 10.0
Fault = bool | float | str | list[list[str]]


class Recorder:
    """One recorder, the primary or the shadow; `locate` finds its ports, which a restart moves."""

    def __init__(self, name: str, locate: Callable[[str], Address]) -> None:
        self.name = name
        self._locate = locate
        self._ids_before = 0  # how many were given before the last reset
        self.connections_before = 0  # the number of the newest connection at the last reset
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy of the environment must not come between
        self._session.headers["Authorization"] = f"Bearer {TOKEN}"

    @property
    def service(self) -> Address:
        """Return where the recorder plays its service."""
        return self._locate("service")

    def received(self, ids: Iterable[str] | None = None) -> list[Received]:
        """Return the journal, or what it says of some requests, in order of arrival.

        What was sent before the last reset and came late is left out.
        """
        query = None if ids is None else [("id", each) for each in ids]
        if query == []:
            return []
        if query and not all(each for _, each in query):
            raise CannotFindOutError("a request without an id cannot be found in a journal")
        entries = self._call("GET", "/journal", params=query)["entries"]
        arrived = [Received.from_entry(entry) for entry in entries]
        before = self._ids_before
        return [each for each in arrived if not is_of_the_first(each.request_id, before)]

    def copies_of(self, request_id: str) -> list[Received]:
        """Return every receipt of one request, the unfinished ones too."""
        return self.received([request_id])

    def await_request(self, request_id: str, within: float = 5.0) -> Received:
        """Return the request once it has wholly arrived; AssertionError when it does not."""
        seen = eventually(
            lambda: self.copies_of(request_id),
            until=lambda all_: bool(all_) and all(each.state != "receiving" for each in all_),
            within=within,
            what=f"the arrival of request {request_id} at the {self.name}",
        )
        return seen[0]

    def health_checks(self) -> int:
        """Return how often a gateway has checked this service's health since the last reset."""
        return int(self._state()["counters"]["health_checks"])

    def connections(self) -> int:
        """Return how many connections the service has taken since the last reset."""
        return int(self._state()["counters"]["connections"]) - self.connections_before

    def open_connections(self) -> set[int]:
        """Return the connections to the service that are open now, as the journal numbers them."""
        return set(self._state()["open"])

    def misbehave(self, **faults: Fault) -> None:
        """Set the faults of this recorder; they replace those set before."""
        self._call("PUT", "/faults", json=faults)

    def faults(self) -> dict[str, Fault]:
        """Return the faults that are set."""
        return self._call("GET", "/faults")

    def reset(self) -> None:
        """Forget the journal and behave well again."""
        self._ids_before = given()
        self.connections_before = self._call("POST", "/reset")["counters"]["connections"]

    def close(self) -> None:
        """Close the connection to the control port."""
        self._session.close()

    def _state(self) -> dict[str, Any]:
        """Return what the journal tells beside its entries."""
        return self._call("GET", "/journal", params=[("id", "none")])

    def _call(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        url = f"http://{self._locate('control')}{path}"
        try:
            answer = self._session.request(method, url, timeout=patient(_TIMEOUT), **arguments)
            if not answer.ok:
                raise StackError(
                    f"the {self.name}'s recorder refuses {method} {path}: {answer.text.strip()}"
                )
            body: dict[str, Any] = answer.json()
        except requests.RequestException as reason:
            raise StackError(
                f"the {self.name}'s recorder does not answer at {url}: {reason}"
            ) from None
        return body
