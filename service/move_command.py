"""The command that moves the line to another database, such as from a file to PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class _Shown:
    """A bar for each table that has rows."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bars: dict[str, TaskID] = {}

    def __call__(self, table: str, done: int, of: int) -> None:
        if table not in self._bars and of:
            self._bars[table] = self._progress.add_task(table, total=of)
        if table in self._bars:
            self._progress.update(self._bars[table], completed=done)


@click.command()
@click.option("--to", "url", required=True, help="The new DATABASE_URL, empty or half moved.")
@click.option("--keys-to", "keys_url", default=None, help="The new KEY_STORE_URL, if it moves.")
def move(url: str, keys_url: str | None) -> None:
    """Copy the stopped line to another database, compare every row, and say what to set.

    Interrupted, it goes on where it was when it is run again. The old place stays as it is.
    """
    from rich.progress import Progress

    from records.database import Database
    from records.keystore import SHAPE
    from records.models import Base
    from records.transfer import transfer
    from service import running
    from service import settings as settings_of

    settings = settings_of.load()
    settings_of.present(settings)
    places = [(settings.database_url, url, Base.metadata)]
    if keys_url is not None:
        places.append((settings.key_store_url, keys_url, SHAPE))
    with running.alone(settings), Progress() as progress:
        for old, new, shape in places:
            source, target = Database(old), Database(new)
            try:
                rows = transfer(source, target, _Shown(progress), shape)
            finally:
                source.close()
                target.close()
            progress.console.print(f"{rows} rows moved and compared.")
    click.echo("Set DATABASE_URL" + (" and KEY_STORE_URL" if keys_url else "") + " in .env, then:")
    click.echo("  alluriarniq doctor")
