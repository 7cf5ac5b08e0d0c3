"""Old and new versions serve one database while a line is upgraded; what cannot is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from bot.inbound import receive
from bot.line import LineConfig
from bot.opening import Inbound
from records import migrate
from records.clock import ManualClock
from records.database import Database
from records.errors import SchemaError
from records.vault import Vault
from scheduler.duties import send_due
from service import compose
from tests.carrier import ScriptedCarrier
from tests.service.conftest import Command, command, desk, one_line

__all__ = ["command", "desk"]
NEXT = "9998"


def expand(database: Database, serves_from: str) -> None:
    """What the next version's step would do: more columns and tables, and who still works."""
    with database.engine.begin() as connection:
        for step in (
            "ALTER TABLE message ADD COLUMN next_one VARCHAR(8) NOT NULL DEFAULT 'x'",
            "ALTER TABLE contact ADD COLUMN next_one INTEGER",
            "CREATE TABLE next_one (id INTEGER PRIMARY KEY)",
            f"UPDATE alembic_version SET version_num = '{NEXT}'",
            f"UPDATE fact SET value = '{serves_from}' WHERE name = '{migrate.GUARD}'",
        ):
            connection.execute(text(step))


def test_an_older_program_serves_on_tables_that_the_next_one_expanded(
    blank: Database, vault: Vault, clock: ManualClock, config: LineConfig
) -> None:
    migrate.upgrade(blank)
    expand(blank, migrate.SERVES_FROM)
    migrate.check(blank)
    carrier = ScriptedCarrier(clock)
    line = compose.assemble(config, blank, vault, clock, carrier)
    receive(line, Inbound("SM1", "+16135550141", "", "hi", clock.now()))
    send_due(line, clock.now())
    assert carrier.taken
    with blank.engine.connect() as connection:
        assert set(connection.scalars(text("SELECT next_one FROM message"))) == {"x"}
    with pytest.raises(SchemaError, match="newer program"):
        migrate.upgrade(blank)  # serving is all it may do
    assert migrate.current(blank) == NEXT


def test_a_program_that_the_tables_no_longer_fit_is_refused(blank: Database) -> None:
    migrate.upgrade(blank)
    expand(blank, NEXT)
    with pytest.raises(SchemaError, match="newer program"):
        migrate.check(blank)


@pytest.mark.parametrize("name", ["web", "scheduler"])
def test_each_process_says_so_in_one_line_and_changes_nothing(
    desk: Path, command: Command, name: str
) -> None:
    (desk / "var").mkdir()
    database = Database("sqlite:///var/alluriarniq.db")
    migrate.upgrade(database)
    expand(database, NEXT)
    database.close()
    one_line(command(name), "newer program", NEXT)
    again = Database("sqlite:///var/alluriarniq.db")
    assert migrate.current(again) == NEXT
    again.close()


@pytest.mark.parametrize("name", ["web", "scheduler"])
def test_tables_that_are_too_old_are_refused_in_one_line(
    desk: Path, command: Command, name: str
) -> None:
    (desk / "var").mkdir()
    database = Database("sqlite:///var/alluriarniq.db")
    migrate.upgrade(database, migrate.revisions()[-2])
    database.close()
    one_line(command(name), "alluriarniq migrate")
