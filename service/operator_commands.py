"""The operator's commands: keys, tables, backups, health, the audit, and a conversation to play."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.language.locales import LOCALES
from records.errors import SettingsError

if TYPE_CHECKING:
    from records.backup_plan import Plan
    from records.keystore import KeyStore
    from service.keys import Standing

FILE = click.Path(path_type=Path, dir_okay=False)


def register(main: click.Group) -> None:
    """Adds them to the console script."""
    for command in (keys, migrate, backup, restore, doctor, audit, retention, play):
        main.add_command(command)


@click.group()
def keys() -> None:
    """The master keys that everything is sealed with."""


@keys.command("new")
@click.option(
    "--print", "only_print", is_flag=True, help="Show a new key (or the first), change nothing."
)
def keys_new(only_print: bool) -> None:
    """Put a new master key first in .env."""
    from records.keyring import KeyRing
    from service import keys as master
    from service import settings as settings_of

    settings = settings_of.load()
    written = settings.sealing_keys.get_secret_value()
    if only_print and not written:
        master.refuse_beside_data(settings)
        click.echo(KeyRing.new_part("k1"))
        return
    part = master.new_part(KeyRing.parse(written))
    if only_print:
        click.echo(part)
        return
    path = settings_of.env_file()
    master.add_first(path, part)
    click.echo(f"Put the new key {part.partition(':')[0]} first in {path}.")
    click.echo("1. Keep a safe copy of that file elsewhere, now.")
    click.echo("2. Restart the line, every process of it: only then it can open the new key.")
    click.echo("3. Run 'alluriarniq keys rotate'. Leave the old key in the file until it says so.")


@keys.command("rotate")
@click.option("--restarted", is_flag=True, help="Every process has been restarted since.")
def keys_rotate(restarted: bool) -> None:
    """Lock every data key with the newest master key. May be stopped and begun again."""
    from service import keys as master

    store, plan = _key_store()
    if not restarted:
        question = "Was every process of the line restarted after the new key was added?"
        click.confirm(question, abort=True)
    try:
        master.rotate(store, click.echo)
    except KeyboardInterrupt:
        left = sum(one.data_keys for one in master.standing(store, plan) if not one.is_newest)
        click.echo(f"Stopped: {left} data keys are left. Nothing is lost; run it again.", err=True)
        sys.exit(130)
    for one in master.standing(store, plan):
        click.echo(_shown(one))


@keys.command("list")
def keys_list() -> None:
    """Which master keys there are, what needs them, and which may go."""
    from service import keys as master

    store, plan = _key_store()
    found = master.standing(store, plan)
    for one in found:
        click.echo(_shown(one))
    if not all(one.is_in_ring for one in found):
        raise SettingsError("a sealing key is missing: what it locks cannot be read.")


def _key_store() -> tuple[KeyStore, Plan]:
    from records.clock import SystemClock
    from service import compose
    from service import settings as settings_of

    settings = settings_of.load()
    settings_of.present(settings)
    plan = settings_of.backup_plan(settings)
    return compose.vault_for(settings, SystemClock()).keys, plan


def _shown(one: Standing) -> str:
    from service.keys import advice

    count = len(one.backups)
    return f"{one.key_id}: {one.data_keys} data keys, {count} backups; {advice(one)}"


@click.command()
@click.option("--to", default="head", show_default=True, help="A revision, or base for none.")
@click.option("--down", is_flag=True, help="Allow going back: what newer tables hold is lost.")
def migrate(to: str, down: bool) -> None:
    """Bring the tables and the directory of services up to date, or the tables to one revision."""
    from records import migrate as migrations
    from records.database import Database
    from service import running, seed
    from service import settings as settings_of

    settings = settings_of.load()
    with running.alone(settings):
        database = Database(settings.database_url)
        try:
            before, after = migrations.go(database, to, down=down)
            click.echo(
                f"The tables are at revision {after or 'none'} (before: {before or 'none'})."
            )
            if after == migrations.head():
                # Where no `run` starts, nobody else would bring the numbers that clients are told.
                changed = seed.load_directory(database)
                click.echo(f"The directory of services: {changed} new or changed.")
        finally:
            database.close()


@click.command()
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), default=None)
def backup(folder: Path | None) -> None:
    """Copy all records, sealed, while the line runs, and prove that the copy opens."""
    from service import backups
    from service import settings as settings_of

    backups.make(settings_of.load(), folder, click.echo)


@click.command()
@click.argument("file", type=FILE, required=False)
@click.option("--into", default=None, help="Another database than DATABASE_URL.")
@click.option("--with-keys", "keys_file", type=FILE, default=None, help="A keys-*.backup file.")
@click.option("--force", is_flag=True, help="Move what is there aside.")
def restore(file: Path | None, into: str | None, keys_file: Path | None, force: bool) -> None:
    """Put a backup back. Stop the line first; nothing that is there is deleted."""
    from service import backups, running
    from service import settings as settings_of

    settings = settings_of.load()
    if into:
        settings.database_url = into
    with running.alone(settings):
        backups.put_back(settings, file, keys_file, force=force, tell=click.echo)


@click.command()
def doctor() -> None:
    """Look at everything the line needs; each failure comes with its mend."""
    from service import doctor as examination

    findings = examination.examine()
    for one in findings:
        click.echo(one.line())
    failed = sum(not one.ok for one in findings)
    click.echo(f"{failed} of {len(findings)} need mending" if failed else "all is well")
    sys.exit(1 if failed else 0)


@click.group()
def audit() -> None:
    """Who did or saw what."""


@audit.command("verify")
def audit_verify() -> None:
    """Check that no entry of the audit was changed or taken out."""
    from records import audit as entries
    from records import migrate as migrations
    from records.database import Database
    from records.errors import SchemaError
    from service import settings as settings_of

    settings = settings_of.load()
    settings_of.present(settings, with_keys=False)
    database = Database(settings.database_url)
    try:
        migrations.check(database)
        with database.read() as session:
            verdict = entries.verify(session)
    finally:
        database.close()
    if verdict.broken_at is not None:
        raise SchemaError(
            f"the audit's chain is broken at entry {verdict.broken_at}: somebody changed or took "
            "out entries. Keep this database as it is and compare it with a backup."
        )
    click.echo(f"The chain holds: {verdict.linked} entries linked, {verdict.tail} not linked yet.")


@click.command()
@click.option("--run", "really", is_flag=True, help="Let go of what is due; else only look.")
def retention(really: bool) -> None:
    """How long each kind of thing is kept, and what is due to go now."""
    from service import letting_go
    from service import settings as settings_of

    letting_go.go(settings_of.load(), click.echo, really=really)


@click.command()
@click.option("--flow", default=None, help="Begin with this conversation.")
@click.option("--language", type=click.Choice(LOCALES), default="en")
def play(flow: str | None, language: str) -> None:
    """Text the line from this terminal. Nothing is sent and nothing is kept."""
    from service import playing

    playing.play(flow, language, lambda: click.prompt("", prompt_suffix="> "), click.echo)
