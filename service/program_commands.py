"""The commands around clients and their data: an existing list in, an allowed export out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from records.errors import SettingsError

if TYPE_CHECKING:
    from bot.line import Line

FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


def register(main: click.Group) -> None:
    """Adds them to the console script."""
    main.add_command(clients)
    main.add_command(export)


def _line() -> Line:
    from service import compose
    from service import settings as settings_of

    settings = settings_of.load()
    settings_of.present(settings)
    return compose.build(settings)


@click.command()
@click.argument("file", type=FILE)
@click.option("--keep", is_flag=True, help="Take them in; without it only look.")
def clients(file: Path, keep: bool) -> None:
    """Bring in an existing list of clients (CSV: phone, short_name, language, script)."""
    from service import client_list

    rows = client_list.read(file)
    found = client_list.bring_in(_line(), rows, keep=keep)
    click.echo(f"{found.new} new, {found.known} known already.")
    click.echo("Taken in. Nobody is texted before their own phone has texted." if keep
               else "Only looked: run it again with --keep to take them in.")  # fmt: skip


@click.command()
@click.argument("request")
@click.option("--to", "place", required=True, type=click.Path(path_type=Path, dir_okay=False))
def export(request: str, place: Path) -> None:
    """Write the data of an export that was asked for and allowed in the panel to a .zip file."""
    from sqlalchemy import select

    from admin import exports
    from records.models import ExportRequest

    if place.exists():
        raise SettingsError(f"{place} is there already: choose another name.")
    line = _line()
    with line.database.write() as session:
        row = session.scalar(select(ExportRequest).where(ExportRequest.public_id == request))
        if row is None or row.state != "allowed":
            raise SettingsError("no such export was allowed: ask for it in the panel first.")
        place.write_bytes(exports.archive_of(session, line, row, "operator"))
    click.echo(f"Written to {place}.")
