"""What the first start needs: secrets in .env, tables, and for a try-out a sample fortnight."""

from __future__ import annotations

import os
import secrets

import click

from bot.line import Line
from records import schema
from records.clock import Clock
from records.database import Database
from records.errors import SettingsError
from records.keyring import KeyRing
from service import compose, seed
from service import settings as settings_of
from service.settings import Settings


def prepare_environment() -> None:
    """Writes new SEALING_KEYS (and the simulator's secret) to .env for a new installation.

    Raises SettingsError when data is there but its keys are not: new keys could never
    open it, and writing them would hide the loss.
    """
    settings = settings_of.load()
    if not settings.sealing_keys.get_secret_value():
        from service import keys  # only the very first start pays for it

        keys.refuse_beside_data(settings)
        _append("SEALING_KEYS", KeyRing.new_part("k1"))
    if settings.is_simulated and not settings.tokens():
        _append("TWILIO_AUTH_TOKEN", secrets.token_hex(16))


def _append(name: str, value: str) -> None:
    path = settings_of.env_file()
    before = path.read_text() if path.exists() else ""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(before + ("" if not before or before.endswith("\n") else "\n"))
        file.write(f"{name}={value}\n")
        os.fsync(file.fileno())
    os.chmod(path, 0o600)
    click.echo(f"Wrote a new {name} to {path}. Keep a safe copy of that file elsewhere.")


def prepare_database(settings: Settings, clock: Clock | None) -> None:
    """Brings the tables up to date; for a try-out fills in samples and prints sign-in links."""
    database = Database(settings.database_url)
    _upgrade(database)
    line = compose.build(settings, clock)
    if settings.is_simulated:
        from service import sign_in_links

        seed.seed(line)
        sign_in_links.show(line)
    else:
        seed.load_directory(database)
    line.database.close()
    database.close()


def check_schema(settings: Settings) -> None:
    """Raises SchemaError when this program does not work on the tables."""
    database = Database(settings.database_url)
    try:
        if not schema.serves(database):
            from records import migrate

            migrate.check(database)
    finally:
        database.close()


def _upgrade(database: Database) -> None:
    # Imported late, here and above: a line that comes back after a crash has nothing to
    # migrate, and each tenth of a second that it starts sooner is one less to wait for a page.
    if not schema.serves(database):
        from records import migrate

        migrate.upgrade(database)


def try_out() -> Line:
    """The line of a try-out, with its tables. Raises SettingsError on a real line: samples
    among real dates would be told to real people."""
    settings = settings_of.load()
    if not settings.is_simulated:
        raise SettingsError(
            "this line has a Twilio account: samples belong in a try-out. Start one in an empty "
            "folder without TWILIO_ACCOUNT_SID."
        )
    database = Database(settings.database_url)
    _upgrade(database)
    database.close()
    return compose.build(settings)
