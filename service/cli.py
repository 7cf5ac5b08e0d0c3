"""The commands an operator types: each says what it does and, when it cannot, how to mend it."""

from __future__ import annotations

import gc
import sys
from types import ModuleType
from typing import Any, TextIO

import click

from records.errors import MendableError
from service import operator_commands, program_commands
from service.move_command import move
from service.staff_commands import staff


class Commands(click.Group):
    """Turns every error that a person can mend into one clear line and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except MendableError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
            raise click.ClickException(what) from error
        except Exception as error:
            line = _database_trouble(error)
            if line is None:
                raise
            raise click.ClickException(line) from error


def _database_trouble(error: Exception) -> str | None:
    # Imported late: the filters need no database and start faster without.
    import sqlite3

    from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError

    if not isinstance(error, SQLAlchemyError | sqlite3.Error):
        return None
    cause = error.orig if isinstance(error, DatabaseError) else error
    why = type(error).__name__
    # Only these speak of the place; others may repeat what a row holds.
    if isinstance(error, OperationalError) or type(cause) is sqlite3.DatabaseError:
        why = str(cause).strip().splitlines()[0]
    return f"the database cannot be used ({why}): check DATABASE_URL, KEY_STORE_URL and the disk."


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Alluriarniq: a discreet text line that hands anything urgent to a person."""


def _running() -> ModuleType:
    # What imports make stays: sweeping it again and again is a fifth of the time a line that
    # died needs to come back.
    gc.disable()
    try:
        from service import running
    finally:
        gc.enable()
    return running


@main.command()
@click.option("--port", type=int, default=None, help="Port on 127.0.0.1 (default 8080).")
def run(port: int | None) -> None:
    """Start everything: web, scheduler and, without a Twilio account, the simulator."""
    _running().run(port)


@main.command()
@click.option("--bind", default=None, help="Address and port to listen on.")
@click.option("--workers", type=int, default=1, show_default=True, help="Processes (PostgreSQL).")
def web(bind: str | None, workers: int) -> None:
    """Start only the web side (PostgreSQL: as many as you like)."""
    _running().web(bind, workers)


@main.command()
def scheduler() -> None:
    """Start only the scheduler and senders (PostgreSQL: as many as you like)."""
    _running().scheduler()


@main.command()
@click.argument("script", type=click.File("r", encoding="utf-8"), default="-")
def converse(script: TextIO) -> None:
    """Replay a conversation from a file (or standard input) and print what phones receive."""
    from service import logs
    from service.converse import replay

    logs.start()  # to standard error: what this prints is only what phones receive
    _utf8()
    for line in replay(script.read().splitlines()):
        click.echo(line)


def _filter(name: str, help_text: str, **options: Any) -> None:
    from service import filters

    _utf8()
    sys.exit(filters.run(name, options, sys.stdin, sys.stdout))


def _utf8() -> None:
    for stream in (sys.stdin, sys.stdout):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="surrogatepass")


@main.command()
def triage() -> None:
    """JSON lines {id,text} in; {id,level,signals} out."""
    _filter("triage", "")


@main.command()
def detect() -> None:
    """JSON lines {id,text} in; {id,language,script} out."""
    _filter("detect", "")


@main.command()
def segments() -> None:
    """JSON lines {id,text} in; {id,encoding,units,segments} out."""
    _filter("segments", "")


@main.command()
@click.option("--to", type=click.Choice(["Cans", "Latn"]), required=True)
def transliterate(to: str) -> None:
    """JSON lines {id,text} in; {id,text} out, in the other script."""
    _filter("transliterate", "", to=to)


@main.command()
@click.option("--program", is_flag=True, help="Also 120 people over the last eighteen months.")
def seed(program: bool) -> None:
    """Fill a sample fortnight to try the line with. Only a try-out: never a real line."""
    from service import first_run
    from service import seed as samples

    line = first_run.try_out()
    is_new = samples.seed(line)
    click.echo("The sample fortnight is there." if is_new else "It was there already.")
    if program:
        _seed_program(line)


def _seed_program(line: Any) -> None:
    from rich.progress import Progress

    from service import sample_program

    with Progress() as progress:
        task = progress.add_task("Sample people", total=sample_program.CLIENTS)
        is_new = sample_program.seed(line, lambda done, of: progress.update(task, completed=done))
    click.echo("Eighteen sample months are there." if is_new else "They were there already.")


main.add_command(staff)
main.add_command(move)
operator_commands.register(main)
program_commands.register(main)
