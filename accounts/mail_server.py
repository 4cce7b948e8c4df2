"""The mail server, over SMTP: a mail has an end, however slowly the server answers.

The time-out of a socket holds for each read anew, so a server that drips a byte now and then would hold the one lane of
mail for hours. The connection is cut from outside instead, and the mail is tried again as after any other failure.
"""

import smtplib
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from reseller_portal.upstream.bounded import Watch

# For one mail in all, greeting and handshake included; well within the lease of a mail.
SECONDS = 60.0
_watch: ContextVar[Watch | None] = ContextVar("the end of one mail", default=None)


class Bounded(smtplib.SMTP):
    """Keeps a second handle of its socket, as TLS takes the first one over."""

    twin: socket.socket | None = None

    def follow(self) -> None:
        watch = _watch.get()
        if watch is not None and self.twin is not None:
            watch.follow(self.twin)

    def close(self) -> None:
        super().close()
        if self.twin is not None:
            self.twin.close()
            self.twin = None

    def _get_socket(self, *where: Any) -> socket.socket:
        made: socket.socket = super()._get_socket(*where)  # type: ignore[misc]  # not in typeshed
        self.twin = made.dup()
        self.follow()
        return made


class BoundedTls(smtplib.SMTP_SSL, Bounded):
    """The same where TLS is spoken from the first byte: the socket is made by `Bounded`, below the handshake."""

    def _get_socket(self, *where: Any) -> socket.socket:
        try:
            return super()._get_socket(*where)
        except BaseException:
            self.close()  # the handshake closes its own handle only
            raise


class BoundedBackend(EmailBackend):
    """Raises `TimeoutError` where one mail took longer than it may."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return BoundedTls if self.use_ssl else Bounded

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        with self._bounded() as watch:
            try:
                return super().send_messages(email_messages)
            except (OSError, smtplib.SMTPException) as error:
                if watch.is_over:
                    raise TimeoutError(f"the mail server did not take it within {SECONDS:.0f} s") from error
                raise

    def close(self) -> None:
        with self._bounded():
            super().close()

    @contextmanager
    def _bounded(self) -> Iterator[Watch]:
        """One end for all that happens inside, also where this is called within itself."""
        outer = _watch.get()
        if outer is not None:
            yield outer
            return
        watch = Watch(SECONDS)
        token = _watch.set(watch)
        try:
            for open_one in (self.connection, getattr(self, "_partial_connection", None)):
                if isinstance(open_one, Bounded):
                    open_one.follow()
            yield watch
        finally:
            _watch.reset(token)
            watch.end()
