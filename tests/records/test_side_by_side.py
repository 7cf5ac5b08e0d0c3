"""Old and new versions serve one database while a line is upgraded; what cannot is refused."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from bot.inbound import receive
from bot.line import LineConfig
from bot.opening import Inbound
from records import migrate, schema, snapshot, transfer
from records.clock import ManualClock
from records.database import Database
from records.errors import SchemaError
from records.models import Heartbeat
from records.vault import Vault
from scheduler import jobs
from scheduler.duties import send_due
from service import compose, first_run
from service.outgrown import Outgrown
from service.settings import Settings
from tests.carrier import ScriptedCarrier
from tests.records.conftest import Places
from tests.scheduler.test_live import until
from tests.service.conftest import Command, command, desk, one_line, own_logging

__all__ = ["command", "desk", "own_logging"]
ROOT = Path(__file__).parents[2]
NEXT = "9998"
#: What a step may not do while versions before it still serve: each needs a raised SERVES_FROM.
TAKES_AWAY = {
    "drop_column", "drop_table", "rename_table", "alter_column",
    "create_check_constraint", "create_unique_constraint", "create_foreign_key",
}  # fmt: skip


def expand(database: Database, serves_from: str | None) -> None:
    """What the next version's step would do: more columns and tables, and who still works."""
    says = "NULL" if serves_from is None else f"'{serves_from}'"
    with database.engine.begin() as connection:
        for step in (
            "ALTER TABLE message ADD COLUMN next_one VARCHAR(8) NOT NULL DEFAULT 'x'",
            "ALTER TABLE contact ADD COLUMN next_one INTEGER",
            "CREATE TABLE next_one (id INTEGER PRIMARY KEY)",
            f"UPDATE alembic_version SET version_num = '{NEXT}', serves_from = {says}",
        ):
            connection.execute(text(step))


def served_from(database: Database) -> str | None:
    """Whom the tables say that they serve."""
    with database.engine.connect() as connection:
        least: str | None = connection.scalar(text("SELECT serves_from FROM alembic_version"))
    return least


def serve(database: Database) -> None:
    """As `web` and `scheduler` ask before they start. Raises SchemaError."""
    url = database.url.render_as_string(hide_password=False)
    first_run.check_schema(Settings(_env_file=None, database_url=url))


def test_an_older_program_serves_on_tables_that_the_next_one_expanded(
    blank: Database, vault: Vault, clock: ManualClock, config: LineConfig
) -> None:
    migrate.upgrade(blank)
    expand(blank, schema.newest())
    serve(blank)
    carrier = ScriptedCarrier(clock)
    line = compose.assemble(config, blank, vault, clock, carrier)
    receive(line, Inbound("SM1", "+16135550141", "", "hi", clock.now()))
    jobs.run_due(line, clock.now(), jobs.JOBS[:20])
    send_due(line, clock.now())
    assert carrier.taken
    with blank.engine.connect() as connection:
        assert set(connection.scalars(text("SELECT next_one FROM message"))) == {"x"}


def test_serving_is_all_that_an_older_program_may_do(
    blank: Database, places: Places, tmp_path: Path
) -> None:
    """It does not know what the newer tables hold: a copy of its would lack that."""
    migrate.upgrade(blank)
    expand(blank, schema.newest())
    empty = places("sqlite")
    migrate.upgrade(empty)
    if not blank.is_sqlite:
        with pytest.raises(SchemaError, match="newer program"):
            snapshot.take(blank, tmp_path / "picture")
    for attempt in (
        lambda: migrate.upgrade(blank),
        lambda: migrate.downgrade(blank, "0031"),
        lambda: transfer.transfer(blank, places("sqlite")),
    ):
        with pytest.raises(SchemaError, match="newer program"):
            attempt()
    assert migrate.current(blank) == NEXT


@pytest.mark.parametrize("says", [NEXT, None])
def test_a_program_that_the_tables_no_longer_fit_is_refused(
    blank: Database, says: str | None
) -> None:
    migrate.upgrade(blank)
    expand(blank, says)
    with pytest.raises(SchemaError, match="newer program"):
        serve(blank)
    assert schema.has_outgrown(blank)


@pytest.mark.parametrize("says", ["0001", None])
def test_a_database_that_is_being_moved_is_served_by_nobody(
    blank: Database, says: str | None
) -> None:
    migrate.upgrade(blank)
    with blank.engine.begin() as connection:
        told = text("UPDATE alembic_version SET version_num = :moving, serves_from = :says")
        connection.execute(told, {"moving": transfer.MOVING, "says": says})
    with pytest.raises(SchemaError):
        serve(blank)
    assert not schema.serves(blank)


def test_whoever_makes_the_tables_says_whom_they_serve(
    blank: Database, places: Places, tmp_path: Path
) -> None:
    migrate.upgrade(blank)
    assert served_from(blank) == schema.SERVES_FROM <= schema.newest()
    moved = places("sqlite")
    transfer.transfer(blank, moved)
    assert served_from(moved) == schema.SERVES_FROM
    picture = Database(f"sqlite:///{tmp_path / 'picture.db'}")
    snapshot.take(blank, tmp_path / "picture.db")
    assert served_from(picture) == schema.SERVES_FROM
    picture.close()


def test_on_the_way_up_they_serve_only_who_knows_their_revision(blank: Database) -> None:
    migrate.upgrade(blank, migrate.SAYS_SO)
    only_step = schema.newest() == migrate.SAYS_SO
    assert served_from(blank) == (schema.SERVES_FROM if only_step else None)
    migrate.upgrade(blank)
    migrate.downgrade(blank, "0031")
    assert not schema.serves(blank) and not schema.has_outgrown(blank)
    migrate.upgrade(blank)
    assert served_from(blank) == schema.SERVES_FROM


@pytest.mark.parametrize("name", ["web", "scheduler"])
@pytest.mark.parametrize(("to", "words"), [(NEXT, "newer program"), (None, "alluriarniq migrate")])
def test_a_process_that_does_not_fit_says_so_in_one_line(
    desk: Path, command: Command, name: str, to: str | None, words: str
) -> None:
    (desk / "var").mkdir()
    database = Database("sqlite:///var/alluriarniq.db")
    migrate.upgrade(database, "head" if to else migrate.revisions()[-2])
    if to:
        expand(database, to)
    before = migrate.current(database)
    one_line(command(name), words)
    assert migrate.current(database) == before
    database.close()


def test_a_process_ends_when_the_tables_outgrow_it_and_for_nothing_else(blank: Database) -> None:
    migrate.upgrade(blank)
    ended: list[float] = []
    watch = Outgrown(blank, lambda: ended.append(time.monotonic()), every=0.01)
    away = Outgrown(Database("postgresql://nobody@127.0.0.1:1/none"), watch.stopped.set, 0.01)
    watch.start()
    away.start()
    expand(blank, schema.newest())
    watch.thread.join(0.2)
    assert not ended and not watch.stopped.is_set()
    with blank.engine.begin() as connection:
        connection.execute(text(f"UPDATE alembic_version SET serves_from = '{NEXT}'"))
    watch.thread.join(60)
    assert len(ended) == 1 and not watch.stopped.is_set()
    away.stopped.set()
    away.thread.join(60)


def test_a_process_whose_files_were_replaced_knows_what_it_began_with(
    blank: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate.upgrade(blank)
    serve(blank)
    for name in (f"{schema.newest()}_ours.py", f"{NEXT}_of_the_next_version.py"):
        (tmp_path / name).touch()
    monkeypatch.setattr(schema, "STEPS", tmp_path)
    expand(blank, NEXT)
    assert schema.has_outgrown(blank) and not schema.serves(blank)


def test_a_running_scheduler_ends_in_good_order_and_does_not_come_back(desk: Path) -> None:
    (desk / "var").mkdir()
    database = Database("sqlite:///var/alluriarniq.db")
    migrate.upgrade(database)
    program = [sys.executable, "-c", "from service.cli import main; main()", "scheduler"]
    given = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(program, stderr=subprocess.PIPE, text=True, env=given) as process:
        try:
            until(lambda: _ticks(database), 180)
            expand(database, NEXT)
            _, said = process.communicate(timeout=180)
        finally:
            process.kill()
    assert process.returncode == 0 and "tables_outgrew_this_version" in said
    again = subprocess.run(
        program, capture_output=True, text=True, check=False, timeout=180, env=given
    )
    assert again.returncode == 1 and "newer program" in again.stderr
    database.close()


def _ticks(database: Database) -> bool:
    with database.read() as session:
        return bool(session.scalar(select(func.count()).select_from(Heartbeat)))


def test_no_step_takes_away_what_versions_that_are_served_still_use() -> None:
    steps = sorted(schema.STEPS.glob("[0-9]*.py"))
    later = [path for path in steps if path.name[:4] > schema.SERVES_FROM]
    assert later, "SERVES_FROM names a version that is not out yet"
    assert {path.name: taken_away(path.read_text()) for path in later} == {
        path.name: [] for path in later
    }
    # The look itself sees what it should: a step that did take a column away, and one that asks
    # for a value which an older program would not give.
    gone = "def upgrade():\n    op.drop_column('a', 'b')\n    op.execute('DROP TABLE a')\n"
    asks = "def upgrade():\n    op.add_column('a', sa.Column('b', nullable=False))\n"
    assert taken_away(gone) == ["drop_column", "DROP TABLE a"] and taken_away(asks) == [
        "add_column"
    ]


def taken_away(source: str) -> list[str]:
    """What `upgrade` of a step does that an older program cannot live with."""
    [step] = [
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name == "upgrade"
    ]
    found = []
    for call in (node for node in ast.walk(step) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        words = " ".join(str(a.value) for a in call.args if isinstance(a, ast.Constant))
        if name in TAKES_AWAY or (name == "add_column" and _asks_for_a_value(call)):
            found.append(name)
        if name == "execute" and {"DROP", "RENAME"} & set(words.upper().split()):
            found.append(words)
    return found


def _asks_for_a_value(call: ast.Call) -> bool:
    column = call.args[-1]
    given = {word.arg: word.value for word in getattr(column, "keywords", [])}
    never_empty = isinstance(given.get("nullable"), ast.Constant) and not given["nullable"].value  # type: ignore[attr-defined]
    return never_empty and "server_default" not in given
