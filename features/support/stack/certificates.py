"""Certificates of one run, made when they are first asked for: none is in the repository."""

import ssl
import threading
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from features.support.wire.client import HOST

if TYPE_CHECKING:
    import trustme

_MAKING = threading.Lock()  # versions are asked for side by side


class Authority:
    """An authority that lives as long as a run, and what it certifies."""

    @cached_property
    def _authority(self) -> "trustme.CA":
        import trustme  # noqa: PLC0415 - it takes a tenth of a second

        return trustme.CA()

    def certify(self, file: Path, host: str = HOST) -> Path:
        """Write a certificate for a host, with its key, into a file that is not there yet."""
        with _MAKING:
            if not file.exists():
                file.parent.mkdir(exist_ok=True)
                made = self._authority.issue_cert(host)
                made.private_key_and_cert_chain_pem.write_to_path(file)
        return file

    @property
    def certificates(self) -> bytes:
        """Return its own certificate, as PEM."""
        return self._authority.cert_pem.bytes()

    def context(self) -> ssl.SSLContext:
        """Return how clients connect who trust it."""
        context = ssl.create_default_context()
        self._authority.configure_trust(context)
        return context
