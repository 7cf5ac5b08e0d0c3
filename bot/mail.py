"""Sends mail to workers and operators: never to clients, and never with a client's words."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from typing import Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

TIMEOUT_SECONDS = 10.0


class MailError(Exception):
    """The mail server did not take the message; trying again later may help."""


def server_of(url: str) -> SplitResult:
    """The parts of a mail server's address. Raises ValueError for what names no server.

    Without a scheme it would be read as a server on this very computer. The error never repeats
    the address: there may be a password in it.
    """
    try:
        parts = urlsplit(url.strip())
        is_one = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none
        is_one = False
    if not is_one:
        raise ValueError(
            "must be such as smtp://user:password@mail.example.org:587 or smtps://...; in a "
            "password write @ as %40, : as %3A and / as %2F"
        )
    return parts


class Mailer(Protocol):
    """What the line needs of a mail server. Raises MailError."""

    def send(self, to: str, subject: str, body: str) -> None: ...


class SmtpMailer:
    """Mail by SMTP. `url`: smtp://user:password@host:587?from=line@example.org, or smtps://.

    smtp:// uses STARTTLS whenever the server offers it, and always before a password is sent.
    Raises ValueError for an address that names no server.
    """

    def __init__(self, url: str) -> None:
        parts = server_of(url)
        self._is_tls = parts.scheme == "smtps"
        self._host = parts.hostname or ""
        self._port = parts.port or (465 if self._is_tls else 25)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password or "")
        given = parse_qs(parts.query).get("from", [""])[0]
        self._sender = given or self._user or f"line@{self._host}"

    def send(self, to: str, subject: str, body: str) -> None:
        """One plain message. Raises MailError."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, to, subject
        message.set_content(body)
        self._talk(lambda server: server.send_message(message))

    def check(self) -> None:
        """Does the server let us in? Nobody is written to. Raises MailError."""
        self._talk(lambda server: server.noop())

    def _talk(self, say: Callable[[smtplib.SMTP], object]) -> None:
        try:
            with self._connect() as server:
                say(server)
        except (OSError, smtplib.SMTPException) as error:
            # The cause repeats addresses: only its kind may go into a log.
            raise MailError(type(error).__name__) from None

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._is_tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)
            server.ehlo()
            if self._user or server.has_extn("starttls"):
                server.starttls(context=context)
        if self._user:
            server.login(self._user, self._password)
        return server
