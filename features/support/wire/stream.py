"""Clients that send without a pause, so that a change can be made under traffic."""

import http.client
import threading
from contextlib import closing

from features.support.waiting import eventually, patient
from features.support.wire.client import TIMEOUT, Address, ClientError, Exchange, request, send_over
from features.support.wire.exchange import Answer

_MOST = 20_000  # requests of one client, a bound that no scenario reaches


class Stream:
    """Some clients, half of them on connections they keep, sending until they are stopped."""

    def __init__(self, to: Address, target: str, clients: int = 4) -> None:
        self._to, self._target = to, target
        self._enough = threading.Event()
        self._done: list[Exchange] = []
        self._threads = [
            threading.Thread(target=self._client, args=(n % 2 == 0,), daemon=True)
            for n in range(clients)
        ]

    def start(self) -> None:
        """Let the clients begin, and wait until answers come in."""
        for thread in self._threads:
            thread.start()
        self.await_more(50)

    def await_more(self, count: int) -> None:
        """Wait until so many further requests have ended."""
        goal = len(self._done) + count
        eventually(lambda: len(self._done), lambda n: n >= goal, 10, f"{count} more requests")

    def newest(self) -> str:
        """Return the id of the request that ended last."""
        return str(self._done[-1].sent.request_id)

    def stop(self) -> list[Exchange]:
        """Stop the clients and return everything they did."""
        self._enough.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(patient(TIMEOUT))
        return list(self._done)

    def _client(self, keeps_its_connection: bool) -> None:
        link = http.client.HTTPConnection(self._to.host, self._to.port, timeout=patient(TIMEOUT))
        with closing(link):
            for _ in range(_MOST):
                if self._enough.is_set():
                    return
                self._done.append(self._exchange(link))
                if not keeps_its_connection:
                    link.close()

    def _exchange(self, link: http.client.HTTPConnection) -> Exchange:
        sent = request("GET", self._target)
        answer: Answer | ClientError
        try:
            answer = send_over(link, sent)
        except ClientError as reason:
            answer = reason
        return Exchange(sent, answer)
