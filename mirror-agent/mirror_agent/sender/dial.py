"""Connecting to a shadow, with a deadline, over TLS where asked."""

import asyncio
import errno
import ssl

from ..settings.model import Shadow
from .connection import Owner, ShadowConnection

_NO_DESCRIPTOR = (errno.EMFILE, errno.ENFILE)


class DialError(Exception):
    """There is no connection; the message says why."""


class NoDescriptorError(DialError):
    """The agent may open no more files; the shadow is not to blame."""


class Dialler:
    """Makes connections to one shadow; its name is resolved anew each time."""

    def __init__(self, shadow: Shadow) -> None:
        """Prepare TLS where the shadow wants it."""
        self._shadow = shadow
        self._tls = _tls_context(shadow)

    async def dial(self, owner: Owner) -> ShadowConnection:
        """Return a new connection that belongs to owner; raises DialError."""
        shadow = self._shadow
        try:
            async with asyncio.timeout(shadow.connect_timeout):
                _, connection = await asyncio.get_running_loop().create_connection(
                    lambda: ShadowConnection(owner, shadow.answer_limit),
                    shadow.host,
                    shadow.port,
                    ssl=self._tls,
                    server_hostname=shadow.tls_name if self._tls else None,
                )
        except TimeoutError as error:
            raise DialError(f"no connection within {shadow.connect_timeout:g} s") from error
        except OSError as error:
            if error.errno in _NO_DESCRIPTOR:
                raise NoDescriptorError("the limit of open files is reached") from error
            raise DialError(str(error)) from error
        except Exception as error:  # whatever it is, copies that wait must have an end
            raise DialError(str(error) or repr(error)) from error
        if connection.transport is None:
            raise DialError("closed as soon as it was open")
        return connection


def _tls_context(shadow: Shadow) -> ssl.SSLContext | None:
    if not shadow.tls:
        return None
    context = ssl.create_default_context(cafile=shadow.tls_ca)
    if not shadow.tls_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
