"""Puts the parts of the line together from its settings."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot import gateways
from bot.gateways.twilio import TwilioGateway
from bot.line import Line, LineConfig, Wake
from bot.mail import SmtpMailer
from bot.push import WebPusher
from bot.texts import Catalogues
from records.clock import Clock, SystemClock
from records.database import Database
from records.keyring import KeyRing
from records.keystore import KeyStore
from records.shared_clock import SharedClock
from records.vault import Vault
from service import wordings
from service.line_config import line_config
from service.settings import Settings

LOCALES = Path(__file__).resolve().parent.parent / "bot" / "locales"
CHANNEL = "alluriarniq_due"
TELL_EVERY_SECONDS = 0.1
# A hint needs no disk: who waits for one makes every text's commit wait with it.
_TELL = text("SELECT set_config('synchronous_commit', 'off', true), pg_notify(:channel, '')")
log = structlog.get_logger()


def build(settings: Settings, clock: Clock | None = None) -> Line:
    """The line as the settings describe it. Raises MendableError with one clear line."""
    config = line_config(settings)
    if settings.whatsapp_wordings:
        found = wordings.load(Path(settings.whatsapp_wordings), Catalogues.load(LOCALES))
        config = replace(config, wordings=found)
    database = Database(settings.database_url)
    clock = clock or clock_of(database)
    line = assemble(
        config,
        database,
        vault_for(settings, clock),
        clock,
        TwilioGateway(config.account_sid, _token(config), base_url=settings.twilio_api_url),
        Wake(_teller(database)),
    )
    if config.second is not None:
        # In a try-out one simulator plays both accounts.
        url = settings.twilio_api_url if settings.is_simulated else settings.twilio2_api_url
        given = config.second
        line.second_gateway = TwilioGateway(given.account_sid, given.auth_tokens[0], base_url=url)
    return line


def clock_of(database: Database) -> Clock:
    """The real time: this machine's, or that of the database which several machines share."""
    return SystemClock() if database.is_sqlite else SharedClock(database, SystemClock())


def assemble(
    config: LineConfig,
    database: Database,
    vault: Vault,
    clock: Clock,
    gateway: gateways.Gateway,
    wake: Wake | None = None,
) -> Line:
    """A line from parts that are there already."""
    texts = Catalogues.load(LOCALES)
    mailer = SmtpMailer(config.smtp_url) if config.smtp_url else None
    return Line(
        config,
        database,
        vault,
        clock,
        texts,
        gateway,
        wake or Wake(),
        mailer,
        _pusher(config, vault),
    )


def _pusher(config: LineConfig, vault: Vault) -> WebPusher | None:
    """Push hosts want to know whom to write to; browsers subscribe over https only."""
    if not config.public_url.startswith(("https://", "http://localhost")):
        return None
    address = config.public_url.replace("http://localhost", "https://localhost")
    return WebPusher(vault, address, config.push_hosts)


def vault_for(settings: Settings, clock: Clock) -> Vault:
    """The vault over the key store. Raises SettingsError when SEALING_KEYS is missing."""
    keys = KeyStore(Database(settings.key_store_url), ring_of(settings), clock.now)
    keys.create_tables()
    _only_for_us(settings.key_store_url)
    return Vault(keys)


def ring_of(settings: Settings) -> KeyRing:
    """The master keys. Raises SettingsError when SEALING_KEYS is missing or wrong."""
    return KeyRing.parse(settings.sealing_keys.get_secret_value())


def _only_for_us(url: str) -> None:
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        if path.exists():
            os.chmod(path, 0o600)


def _token(config: LineConfig) -> str:
    return config.auth_tokens[0] if config.auth_tokens else ""


def _teller(database: Database) -> Callable[[], None]:
    """On PostgreSQL the other processes are told that a row is due, at most every 100 ms.

    Within the text's own transaction it would make all commits of the database wait for one
    another; for each text on a connection of its own it would cost as much as the text.
    """
    return (lambda: None) if database.is_sqlite else Teller(database)


class Teller:
    """Tells in a thread of its own, which begins when there is first something to tell."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._called = threading.Event()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def __call__(self) -> None:
        self._called.set()
        if self._thread is None:
            with self._guard:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._work, daemon=True, name="tell")
                    self._thread.start()

    def _work(self) -> None:
        while True:
            self._called.wait()
            self._called.clear()
            try:
                with self._database.engine.begin() as connection:
                    connection.execute(_TELL, {"channel": CHANNEL})
            except SQLAlchemyError as error:  # a hint only: the senders look by themselves
                log.warning("not_told", kind=type(error).__name__)
            time.sleep(TELL_EVERY_SECONDS)
