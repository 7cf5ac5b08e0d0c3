"""The operator's backup and restore: what is typed, what is said, and what stays untouched."""

from __future__ import annotations

import fcntl
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.line import LineConfig
from records.backup_plan import Plan
from records.clock import ManualClock
from records.database import Database
from records.models import AuditEntry, Contact, Fact, Lease, QueueItem
from scheduler import nightly
from service.rehearsal import Rehearsal, stage_config
from tests.ports import free_port
from tests.service.conftest import NOW, Command, one_line, vault


def contacts(path: str = "var/alluriarniq.db", count: int = 2) -> int:
    database, safe = Database(f"sqlite:///{path}"), vault()
    with database.write() as session:
        for _ in range(count):
            session.add(Contact(data_key=safe.keys.new_ref(), created_at=NOW))
    database.close()
    safe.keys.database.close()
    return count


def count(path: str = "var/alluriarniq.db") -> int:
    database = Database(f"sqlite:///{path}")
    with database.read() as session:
        found = session.scalar(select(func.count()).select_from(Contact)) or 0
    database.close()
    return found


def newest(folder: str = "var/backups") -> Path:
    return sorted(Path(folder).glob("*.backup"))[-1]


def test_there_and_back(command: Command, records: Database) -> None:
    contacts()
    result = command("backup")
    assert result.exit_code == 0, result.output
    assert "opened again and 0 texts read" in result.output
    records.path.unlink()  # type: ignore[union-attr]
    result = command("restore", str(newest()))
    assert result.exit_code == 0, result.output
    assert "rows are back" in result.output and "now start the line" in result.output
    assert count() == 2


def test_to_another_folder_and_into_another_database(
    command: Command, records: Database, tmp_path: Path
) -> None:
    contacts()
    assert command("backup", "--to", "elsewhere").exit_code == 0
    other = f"sqlite:///{tmp_path}/other.db"
    assert command("restore", str(newest("elsewhere")), "--into", other).exit_code == 0
    assert count(f"{tmp_path}/other.db") == 2
    assert list(Path("var/key-backups").glob("keys-*.backup"))


def test_a_full_place_needs_force_and_is_moved_aside(command: Command, records: Database) -> None:
    contacts()
    command("backup")
    contacts(count=3)
    one_line(command("restore", str(newest())), "not empty", "--force")
    assert count() == 5
    result = command("restore", str(newest()), "--force")
    assert result.exit_code == 0, result.output
    [aside] = Path("var").glob("alluriarniq.db.before-*[0-9Z]")
    assert str(aside) in result.output
    assert (count(), count(str(aside))) == (2, 5)


def test_lost_keys_are_said_and_come_back(command: Command, records: Database) -> None:
    contacts()
    command("backup")
    records.path.unlink()  # type: ignore[union-attr]
    for path in Path("var").glob("keys.db*"):
        path.unlink()
    result = command("restore", str(newest()))
    assert "NO KEY of 2 contacts" in result.output
    result = command("restore", "--with-keys", str(newest("var/key-backups")))
    assert result.exit_code == 0, result.output
    assert "data keys are back" in result.output
    assert vault().keys.counts()["k1"] >= 2


def test_while_the_line_runs_nothing_is_restored(command: Command, records: Database) -> None:
    command("backup")
    with Path("var/alluriarniq.db.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        one_line(command("restore", str(newest()), "--force"), "another process already serves")
        one_line(command("migrate"), "another process already serves")
        assert command("backup").exit_code == 0


@pytest.mark.parametrize("started", ["run", "web", "scheduler"])
def test_a_second_line_on_one_sqlite_file_is_refused(
    command: Command, records: Database, log: io.StringIO, started: str
) -> None:
    """Whoever came second would take the first one's texts for those of somebody dead."""
    contacts()
    port = ("--port", str(free_port())) if started == "run" else ()
    with Path("var/alluriarniq.db.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        one_line(command(started, *port), "another process already serves")
    assert count() == 2


@pytest.mark.parametrize("harm", ["cut", "byte", "empty", "gone"])
def test_a_bad_file_changes_nothing(command: Command, records: Database, harm: str) -> None:
    contacts()
    command("backup")
    path = newest()
    words = path.read_bytes()
    harmed = {
        "cut": words[: len(words) // 2],
        "byte": words[:-1] + bytes([words[-1] ^ 1]),
        "empty": b"",
    }
    path.unlink()
    if harm in harmed:
        path.write_bytes(harmed[harm])
    one_line(command("restore", str(path), "--force"), path.name)
    assert count() == 2
    assert not list(Path("var").glob("*.before-*"))
    assert not list(Path("var").glob(".backup-*"))


def test_the_wrong_keys_change_nothing(command: Command, records: Database, desk: Path) -> None:
    from records.keyring import KeyRing

    contacts()
    command("backup")
    (desk / ".env").write_text(f"SEALING_KEYS={KeyRing.new_part('other')}\n")
    one_line(command("restore", str(newest()), "--force"), "'k1' is not in SEALING_KEYS")
    assert count() == 2


def test_a_place_that_cannot_be_written(command: Command, records: Database) -> None:
    Path("full").write_bytes(b"a file, not a folder")
    one_line(command("backup", "--to", "full/inside"), "cannot be written", "full")
    one_line(command("restore", "none.backup", "--into", "sqlite:///full/x.db"), "full")


def test_nothing_named_nothing_done(command: Command, records: Database) -> None:
    one_line(command("restore"), "name a backup")


def test_no_database_answers(command: Command, desk: Path) -> None:
    with (desk / ".env").open("a") as env:
        env.write("DATABASE_URL=postgresql+psycopg://nobody@127.0.0.1:1/none\n")
        env.write("KEY_STORE_URL=sqlite:///keys.db\n")
    (desk / "keys.db").write_bytes(b"")
    for words in (("backup",), ("migrate",), ("audit", "verify")):
        one_line(command(*words), "the database cannot be used", "DATABASE_URL")


def test_a_file_that_is_no_database(command: Command, desk: Path) -> None:
    (desk / "var").mkdir()
    for name in ("alluriarniq.db", "keys.db"):
        (desk / "var" / name).write_bytes(b"somebody's letter" * 100)
    for words in (("backup",), ("migrate",), ("keys", "list")):
        assert command(*words).exit_code == 1
        assert "Traceback" not in command(*words).output
    for name in ("alluriarniq.db", "keys.db"):
        assert (desk / "var" / name).read_bytes() == b"somebody's letter" * 100


def test_tables_go_up_and_only_down_when_told(command: Command, desk: Path) -> None:
    (desk / "var").mkdir()
    first = command("migrate").output
    assert "before: none" in first and "directory of services: 0" not in first
    one_line(command("migrate", "--to", "0001"), "loses", "--down")
    assert "revision 0001" in command("migrate", "--to", "0001", "--down").output
    one_line(command("migrate", "--to", "nowhere"), "no revision 'nowhere'")
    assert "(before: 0001)" in command("migrate").output


def test_the_audit_tells_what_is_not_linked_and_what_is_broken(
    command: Command, records: Database
) -> None:
    from records import audit

    with records.write() as session:
        for n in range(4):
            audit.note(session, NOW, "line", "seen", contact_id=n)
    records.close()
    assert "0 entries linked, 4 not linked yet" in command("audit", "verify").output
    with records.write() as session:
        audit.chain(session, NOW, "t")
    assert "4 entries linked, 0 not linked yet" in command("audit", "verify").output
    with records.write() as session:
        row = session.scalars(select(AuditEntry).where(AuditEntry.position == 2)).one()
        row.act = "nothing"
    records.close()
    one_line(command("audit", "verify"), "broken at entry 2")


class TestNightly:
    """Each night at three, once, by itself."""

    @pytest.fixture
    def stage(self, tmp_path: Path, records: Database) -> Rehearsal:
        plan = Plan(tmp_path / "b", tmp_path / "k")
        config = LineConfig(**{**vars(stage_config()), "backups": plan})
        start = datetime(2026, 12, 1, 12, tzinfo=UTC)
        return Rehearsal(start, database=Database("sqlite:///var/alluriarniq.db"), config=config)

    def test_once_a_night(self, stage: Rehearsal, tmp_path: Path) -> None:
        for _ in range(24 * 3 * 2):
            now = stage.clock.now()
            nightly.back_up(stage.line, now)
            stage.clock.move_to(now + timedelta(minutes=30))
        nights = sorted(path.name for path in (tmp_path / "b").glob("*.backup"))
        # The first at once, then at 03:00 in Ottawa, which is 08:00 UTC in December.
        assert nights == [
            f"records-{stamp}.backup"
            for stamp in (
                "20261201T120000Z",
                "20261202T080000Z",
                "20261203T080000Z",
                "20261204T080000Z",
            )
        ]
        stage.line.database.close()

    @pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01"])
    def test_on_days_when_the_clocks_change(
        self, stage: Rehearsal, day: str, tmp_path: Path
    ) -> None:
        zone = stage.line.config.zone
        begins = datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=zone)
        stage.clock = ManualClock(begins - timedelta(hours=1))
        stage.line.clock = stage.clock
        made = []
        for _ in range(26 * 4):
            now = stage.clock.now()
            if nightly.backup_is_due(stage.line, now):
                nightly.back_up(stage.line, now)
                made.append(stage.line.local(now).strftime("%H:%M"))
            stage.clock.move_to(now + timedelta(minutes=15))
        assert made == ["23:00", "03:00"]
        stage.line.database.close()

    def test_while_another_machine_does_it(self, stage: Rehearsal, tmp_path: Path) -> None:
        now = stage.clock.now()
        with stage.line.database.write() as session:
            session.add(Lease(name="backup", token="other", until_at=now + timedelta(minutes=1)))
        nightly.back_up(stage.line, now)
        assert not (tmp_path / "b").exists()
        nightly.back_up(stage.line, now + timedelta(minutes=2))
        assert len(list((tmp_path / "b").iterdir())) == 1
        stage.line.database.close()

    def test_one_that_fails_is_an_alarm_and_is_tried_again(
        self, stage: Rehearsal, tmp_path: Path
    ) -> None:
        (tmp_path / "b").write_bytes(b"in the way")
        now = stage.clock.now()
        nightly.back_up(stage.line, now)
        with stage.line.database.read() as session:
            item = session.scalars(select(QueueItem).where(QueueItem.kind == "alarm")).one()
            assert item.subject == "backup_failed"
            assert session.get(Fact, "verified_backup") is None
        (tmp_path / "b").unlink()
        nightly.back_up(stage.line, now + timedelta(minutes=10))
        with stage.line.database.read() as session:
            assert session.get(Fact, "verified_backup") is not None
        stage.line.database.close()

    def test_a_rehearsal_makes_none(self, desk: Path) -> None:
        stage = Rehearsal(NOW)
        stage.advance_to(NOW + timedelta(days=2))
        assert sorted(path.name for path in desk.iterdir()) == [".env"]
