"""A stack that is already deployed elsewhere: its addresses are given, nothing is started."""

import signal
from collections.abc import Mapping, Sequence
from typing import NoReturn

from features.support.errors import MissingAbilityError
from features.support.stack.base import Execution, Stack
from features.support.stack.service import Service, Topology
from features.support.stack.settings import Settings
from features.support.wire.client import Address

_NAMES = {"proxy": "gateway", "stats": "figures"}


class ExternalStack(Stack):
    """Somebody else's services: requests are sent and journals read, no more."""

    kind = "external"
    can_be_changed = False

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.credentials)
        self._addresses = settings.addresses
        self.marker = settings.marker or self.marker

    def _why_not(self, gateway: Topology) -> str | None:
        """Return nothing: whatever gateway is at the address is taken for the one named."""

    def _start_services(self, services: Sequence[Service]) -> None:
        """Start nothing."""

    def outlook(self, gateways: Sequence[Topology]) -> list[str]:  # noqa: ARG002
        """Return where the gateway is."""
        return [f"gateway at {self._addresses['gateway']}"]

    def address(self, service: str, port: str) -> Address:
        """Return the address that was given for it."""
        name = _NAMES.get(port) or f"{service}.{port}"
        if name not in self._addresses:
            raise MissingAbilityError(f"the description of {service} names no {name}")
        return self._addresses[name]

    def address_inside(self, service: str, port: str) -> NoReturn:  # noqa: ARG002
        """Refuse."""
        self._refuse("pointed at", service)

    def stop(self, service: str) -> NoReturn:
        """Refuse."""
        self._refuse("stopped", service)

    def restore(self, service: str) -> None:
        """Do nothing: nothing was stopped."""

    def pause(self, service: str) -> NoReturn:
        """Refuse."""
        self._refuse("paused", service)

    def resume(self, service: str) -> None:
        """Do nothing: nothing was paused."""

    def reload(self, service: str) -> NoReturn:
        """Refuse."""
        self._refuse("reloaded", service)

    def _signal_reload(self, service: str, number: signal.Signals) -> NoReturn:  # noqa: ARG002
        self._refuse("reloaded", service)

    def configuration(self, service: str) -> NoReturn:
        """Refuse."""
        self._refuse("configured", service)

    def mark(self) -> None:
        """Do nothing: there are no logs."""

    def logs(self, service: str, *, whole: bool = False) -> str:  # noqa: ARG002
        """Return nothing: the logs are elsewhere."""
        return ""

    def logged_since(self, service: str, place: str) -> tuple[str, str]:  # noqa: ARG002
        """Return nothing: the logs are elsewhere."""
        return "", place

    def exec(
        self,
        service: str,
        argv: Sequence[str],  # noqa: ARG002
        files: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> Execution:
        """Refuse."""
        self._refuse("entered", service)

    def processes(self, service: str) -> NoReturn:
        """Refuse."""
        self._refuse("looked into", service)

    def versions(self) -> dict[str, str]:
        """Return nothing: they are not known here."""
        return {}

    def down(self) -> None:
        """Leave everything as it is."""

    def how_to_reach(self) -> list[str]:
        """Tell the addresses that were given."""
        return [f"{name}: http://{address}" for name, address in self._addresses.items()]

    def _refuse(self, what: str, service: str) -> NoReturn:
        told = f"{service} belongs to an external stack and cannot be {what} from here"
        raise MissingAbilityError(told)
