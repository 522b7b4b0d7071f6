"""Who may change something on the control port."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address


class AccessError(Exception):
    """Why a change is refused, in one line; `status` is the answer."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Access:
    """The rule: who knows the token; without one, whoever can reach a loopback address."""

    host: str
    token: str

    def check(self, headers: Mapping[str, str]) -> None:
        """Raise AccessError for a change that comes with these headers and is not allowed."""
        if "Origin" in headers:
            raise AccessError(
                HTTPStatus.FORBIDDEN, "a page in a browser cannot change a recorder (Origin is set)"
            )
        if self.token:
            given = headers.get("Authorization", "").encode(errors="replace")
            if not hmac.compare_digest(given, f"Bearer {self.token}".encode()):
                raise AccessError(
                    HTTPStatus.UNAUTHORIZED,
                    "a change needs the header Authorization: Bearer, with RECORDER_TOKEN's value",
                )
        elif not is_loopback(self.host):
            raise AccessError(
                HTTPStatus.FORBIDDEN,
                f"changes need a token, as the control port is bound to {self.host or 'all'}, "
                "beyond loopback: start the recorder with RECORDER_TOKEN and send it",
            )


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches an address; an empty host is every address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
