"""A copy of all records that opens, and that puts the line back as it was without harm."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from records import audit, backup, backup_plan, migrate, snapshot
from records.backup_plan import Plan
from records.backup_seal import BackupError, read_header, seal, unseal
from records.database import Database
from records.errors import ErasedError, KeyMissingError, SchemaError, SealBrokenError
from records.ids import new_id
from records.keyring import KeyRing
from records.keystore import KeyStore
from records.models import (
    Address,
    Base,
    Contact,
    Fact,
    Heartbeat,
    Lease,
    Message,
    QueueItem,
    StaffSession,
)
from records.models.messages import Lane, State
from records.restore import Place, restore
from records.vault import Vault
from tests.records.conftest import Places

WORDS = "the seeded words of a person"
NOW = datetime(2026, 11, 30, 15, tzinfo=UTC)


@pytest.fixture
def ring() -> KeyRing:
    return KeyRing.parse(KeyRing.new_part("k1"))


@pytest.fixture
def keys(tmp_path: Path, ring: KeyRing) -> Iterator[KeyStore]:
    store = KeyStore(Database(f"sqlite:///{tmp_path / 'keys.db'}"), ring, lambda: NOW)
    store.create_tables()
    yield store
    store.database.close()


@pytest.fixture
def vault(keys: KeyStore) -> Vault:
    return Vault(keys)


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(tmp_path / "backups", tmp_path / "key-backups")


def contact(database: Database, vault: Vault, words: str = WORDS) -> Contact:
    """Somebody who texted once."""
    ref = vault.keys.new_ref()
    row = Contact(id=new_id(), data_key=ref, created_at=NOW)
    address_id, message_id = new_id(), new_id()
    with database.write() as session:
        session.add(row)
        session.flush()
        session.add(
            Address(
                id=address_id,
                contact_id=row.id,
                identifier_index=vault.index("address.sms", str(row.id)),
                identifier_sealed=vault.seal(ref, f"address.identifier:{address_id}", "+1613"),
                created_at=NOW,
            )
        )
        session.flush()
        session.add(
            Message(
                id=message_id,
                contact_id=row.id,
                seq=1,
                address_id=address_id,
                direction="inbound",
                purpose="inbound",
                state=State.RECEIVED,
                body_sealed=vault.seal(ref, f"message.body:{message_id}", words),
                created_at=NOW,
                signals=[{"kind": "suicide"}],
            )
        )
    return row


def outbound(
    database: Database,
    to: Contact | None,
    state: State,
    *,
    created_at: datetime = NOW,
    due_at: datetime = NOW,
    seq: int = 2,
    lane: Lane = Lane.REPLY,
) -> int:
    message_id = new_id()
    with database.write() as session:
        session.add(
            Message(
                id=message_id,
                contact_id=to.id if to else None,
                seq=seq if to else None,
                direction="outbound",
                purpose="reply",
                state=state,
                lane=lane,
                created_at=created_at,
                due_at=due_at,
                lease_token="t" if state is State.SENDING else None,
                lease_until_at=NOW if state is State.SENDING else None,
            )
        )
    return message_id


def words_of(database: Database, vault: Vault, of: Contact) -> str:
    with database.read() as session:
        row = session.get_one(Contact, of.id)
        message = session.scalars(
            select(Message).where(Message.contact_id == of.id, Message.direction == "inbound")
        ).one()
    return vault.open(row.data_key, f"message.body:{message.id}", message.body_sealed or b"")


def everything(database: Database) -> dict[str, list[dict[str, object]]]:
    with database.engine.connect() as connection:
        return {
            table.name: [
                dict(row)
                for row in connection.execute(
                    select(table).order_by(*table.primary_key.columns)
                ).mappings()
            ]
            for table in Base.metadata.sorted_tables
        }


def test_a_backup_puts_everything_back(
    records: Database, vault: Vault, plan: Plan, blank: Database, ring: KeyRing
) -> None:
    people = [contact(records, vault) for _ in range(12)]
    with records.write() as session:
        audit.note(session, NOW, "line", "seen", contact_id=people[0].id)
        audit.chain(session, NOW, "t")
    before = everything(records)
    said: list[str] = []
    made = backup.make(records, vault, plan, NOW, said.append)
    assert made.path.name == "records-20261130T150000Z.backup"
    assert made.rows == sum(len(rows) for rows in before.values())
    assert made.probed == backup.PROBES
    assert said
    with records.read() as session:
        fact = session.get_one(Fact, "verified_backup")
        assert (fact.value, fact.at) == (made.path.name, NOW - backup.SETTLED)
    done = restore(Place(blank, vault.keys.database), ring, NOW, records=made.path)
    assert (done.erased, done.unreadable, done.unclear, done.moved) == (0, 0, 0, ())
    after = everything(blank)
    for name in before.keys() - {"fact", "lease", "audit_entry", "counter"}:
        assert after[name] == before[name]
    # No urgent item's number comes again that may have been given since.
    assert (before["counter"], after["counter"]) == ([], [{"name": "escalation", "value": 100}])
    migrate.check(blank)
    with blank.read() as session:
        assert audit.verify(session).broken_at is None
    assert words_of(blank, vault, people[3]) == WORDS


def test_the_files_are_private_and_hold_no_words(
    records: Database, vault: Vault, plan: Plan
) -> None:
    contact(records, vault)
    made = backup.make(records, vault, plan, NOW)
    for path in (made.path, made.keys_path):
        assert path.stat().st_mode & 0o077 == 0
        assert WORDS.encode() not in path.read_bytes()
    assert {p.name for p in plan.folder.iterdir()} == {made.path.name}


def test_a_destroyed_key_makes_every_older_backup_silent(
    records: Database, vault: Vault, plan: Plan, blank: Database, ring: KeyRing
) -> None:
    gone, stays = contact(records, vault), contact(records, vault, "other words")
    made = backup.make(records, vault, plan, NOW)
    vault.keys.destroy(gone.data_key)
    done = restore(Place(blank, vault.keys.database), ring, NOW, records=made.path)
    assert done.erased == 1
    with pytest.raises(ErasedError):
        words_of(blank, vault, gone)
    assert words_of(blank, vault, stays) == "other words"
    with blank.read() as session:
        assert session.get_one(Contact, gone.id).erased_at == NOW
        assert session.get_one(Contact, stays.id).erased_at is None


def test_keys_come_back_without_those_of_erased_people(
    records: Database, vault: Vault, plan: Plan, ring: KeyRing, tmp_path: Path
) -> None:
    gone, stays = contact(records, vault), contact(records, vault)
    made = backup.make(records, vault, plan, NOW)
    vault.keys.destroy(gone.data_key)
    with pytest.raises(BackupError, match="not empty"):
        restore(Place(records, vault.keys.database), ring, NOW, records=None, keys=made.keys_path)
    done = restore(
        Place(records, vault.keys.database),
        ring,
        NOW,
        records=None,
        keys=made.keys_path,
        force=True,
    )
    assert done.moved and Path(done.moved[0]).exists()
    reopened = Vault(KeyStore(Database(f"sqlite:///{tmp_path / 'keys.db'}"), ring, lambda: NOW))
    assert words_of(records, reopened, stays) == WORDS
    with pytest.raises(ErasedError):
        words_of(records, reopened, gone)
    reopened.keys.database.close()


def test_a_lost_key_store_comes_back_whole(
    records: Database, vault: Vault, plan: Plan, ring: KeyRing, tmp_path: Path
) -> None:
    people = [contact(records, vault) for _ in range(3)]
    with records.write() as session:
        session.get_one(Contact, people[2].id).erased_at = NOW
    made = backup.make(records, vault, plan, NOW)
    fresh = Database(f"sqlite:///{tmp_path / 'elsewhere' / 'keys.db'}")
    restore(Place(records, fresh), ring, NOW, records=None, keys=made.keys_path)
    reopened = Vault(KeyStore(fresh, ring, lambda: NOW))
    assert words_of(records, reopened, people[0]) == WORDS
    with pytest.raises(ErasedError):
        words_of(records, reopened, people[2])
    fresh.close()


def test_without_any_key_nobody_is_called_erased(
    records: Database, vault: Vault, plan: Plan, blank: Database, ring: KeyRing, tmp_path: Path
) -> None:
    contact(records, vault)
    made = backup.make(records, vault, plan, NOW)
    lost = Database(f"sqlite:///{tmp_path / 'lost.db'}")
    done = restore(Place(blank, lost), ring, NOW, records=made.path)
    assert (done.erased, done.unreadable) == (0, 1)
    lost.close()


def test_keys_older_than_a_week_do_not_come_back(
    records: Database, vault: Vault, plan: Plan, ring: KeyRing
) -> None:
    made = backup.make(records, vault, plan, NOW)
    late = NOW + timedelta(days=7)
    with pytest.raises(BackupError, match="7 days"):
        restore(
            Place(records, vault.keys.database),
            ring,
            late,
            records=None,
            keys=made.keys_path,
            force=True,
        )


def test_what_may_have_been_sent_is_asked_about_first(
    records: Database, vault: Vault, plan: Plan, blank: Database, ring: KeyRing
) -> None:
    person, other = contact(records, vault), contact(records, vault)
    later = NOW + timedelta(hours=3)
    due = {
        state: outbound(records, person if state is not State.SENDING else other, state, seq=n)
        for n, state in enumerate((State.QUEUED, State.SENDING, State.UNKNOWN), 2)
    }
    page = outbound(records, None, State.QUEUED)
    tomorrow = outbound(records, person, State.QUEUED, due_at=NOW + timedelta(days=1), seq=9)
    sent = outbound(records, person, State.SENT, seq=10)
    old = outbound(
        records,
        person,
        State.UNKNOWN,
        created_at=later - timedelta(hours=24),
        seq=11,
        lane=Lane.URGENT,
    )
    with records.write() as session:
        session.add(Fact(name="inbound_sweep", value="", at=NOW))
        session.add(Lease(name="audit_chain", token="t", until_at=later))
        session.add(Heartbeat(machine="m", version="1", ticked_at=NOW))
        session.add(
            StaffSession(
                staff_id=_staff(session),
                token_hash="h",
                created_at=NOW,
                seen_at=NOW,
                expires_at=later,
            )
        )
    made = backup.make(records, vault, plan, NOW)
    done = restore(Place(blank, vault.keys.database), ring, later, records=made.path)
    assert (done.unclear, done.held) == (4, 1)
    with blank.read() as session:
        rows = {row.id: row for row in session.scalars(select(Message))}
        for message_id in (*due.values(), page):
            assert rows[message_id].state == State.UNKNOWN
            assert rows[message_id].due_at == later
            assert rows[message_id].lease_token is None
        assert rows[tomorrow].state == State.QUEUED
        assert rows[tomorrow].due_at == NOW + timedelta(days=1)
        assert rows[sent].state == State.SENT
        assert (rows[old].state, rows[old].reason) == (State.HELD, "restored")
        item = session.scalars(select(QueueItem)).one()
        assert (item.kind, item.level, item.message_id) == ("held", "urgent", old)
        assert session.get_one(Fact, "inbound_sweep").at == made.at
        assert session.get_one(Fact, "verified_backup").value == made.path.name
        for table in (Lease, Heartbeat, StaffSession):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def _staff(session: object) -> int:
    from records.models import Staff

    staff = Staff(
        id=new_id(),
        login_index="i",
        login_sealed=b"",
        name_sealed=b"",
        role="operator",
        created_at=NOW,
    )
    session.add(staff)  # type: ignore[attr-defined]
    session.flush()  # type: ignore[attr-defined]
    return staff.id


def test_a_full_place_is_refused_and_moved_aside_only_when_told(
    records: Database, vault: Vault, plan: Plan, ring: KeyRing
) -> None:
    first = contact(records, vault)
    made = backup.make(records, vault, plan, NOW)
    second = contact(records, vault)
    before = everything(records)
    place = Place(records, vault.keys.database)
    with pytest.raises(BackupError, match="--force"):
        restore(place, ring, NOW, records=made.path)
    assert everything(records) == before
    done = restore(place, ring, NOW, records=made.path, force=True)
    with records.read() as session:
        assert session.get(Contact, first.id) is not None
        assert session.get(Contact, second.id) is None
    [moved] = done.moved
    assert _still_has(records, moved, second.id)


def _still_has(records: Database, moved: str, contact_id: int) -> bool:
    if records.is_sqlite:
        aside = Database(f"sqlite:///{moved}")
        with aside.read() as session:
            found = session.get(Contact, contact_id)
        aside.close()
        return found is not None
    with records.engine.connect() as connection:
        schema = moved.removeprefix("schema ")
        query = text(f"SELECT count(*) FROM {schema}.contact WHERE id = {contact_id}")
        return connection.scalar(query) == 1


def test_a_backup_moves_from_one_kind_of_database_to_the_other(
    records: Database, vault: Vault, plan: Plan, ring: KeyRing, places: Places
) -> None:
    target = places("postgresql" if records.is_sqlite else "sqlite")
    person = contact(records, vault)
    made = backup.make(records, vault, plan, NOW)
    restore(Place(target, vault.keys.database), ring, NOW, records=made.path)
    assert words_of(target, vault, person) == WORDS
    with target.read() as session:
        message = session.scalars(select(Message).where(Message.contact_id == person.id)).one()
        assert message.signals == [{"kind": "suicide"}]
        assert message.created_at == NOW


def test_old_copies_go_and_keys_go_within_a_week(plan: Plan) -> None:
    for folder in (plan.folder, plan.keys_folder):
        folder.mkdir()
    for day in range(36):
        now = NOW + timedelta(days=day)
        for kind in ("records", "keys"):
            name = f"{kind}-{now.strftime(backup_plan.STAMP)}.backup"
            (plan.folder_of(kind) / name).write_bytes(b"")
        backup_plan.prune(plan, now)
    oldest = backup_plan.listed(plan, "records")[0]
    assert backup_plan.stamp_of(oldest) == now - timedelta(days=30)
    ages = [now - backup_plan.stamp_of(path) for path in backup_plan.listed(plan, "keys")]
    assert len(ages) > 3
    # The next run is a day away: none may be older than 7 days even then.
    assert max(ages) + timedelta(days=1) <= timedelta(days=7)
    stranger = plan.folder / "records-mine.backup"
    stranger.write_bytes(b"mine")
    backup_plan.prune(plan, now + timedelta(days=400))
    assert list(plan.folder.iterdir()) == [stranger]
    assert list(plan.keys_folder.iterdir()) == []


class TestBadFiles:
    """Whatever is wrong with a file, nothing is put in place and one clear line says why."""

    @pytest.fixture
    def kind(self) -> str:
        return "sqlite"  # the file is opened and judged before any database is touched

    @pytest.fixture
    def made(self, records: Database, vault: Vault, plan: Plan) -> Path:
        contact(records, vault)
        return backup.make(records, vault, plan, NOW).path

    def refused(self, path: Path, blank: Database, vault: Vault, ring: KeyRing, why: str) -> None:
        with pytest.raises((BackupError, KeyMissingError, SealBrokenError, SchemaError), match=why):
            restore(Place(blank, vault.keys.database), ring, NOW, records=path)
        assert snapshot.is_empty(blank)

    @pytest.mark.parametrize("at", [0, 25, 200, -1, -40])
    def test_one_wrong_byte(
        self, at: int, made: Path, blank: Database, vault: Vault, ring: KeyRing
    ) -> None:
        words = bytearray(made.read_bytes())
        words[at] ^= 0x40
        made.write_bytes(words)
        self.refused(made, blank, vault, ring, "damaged|no backup|cannot be opened")

    @pytest.mark.parametrize("left", [0, 10, 300, 0.5, 0.99])
    def test_a_half_written_file(
        self, left: float, made: Path, blank: Database, vault: Vault, ring: KeyRing
    ) -> None:
        words = made.read_bytes()
        made.write_bytes(words[: int(left if left >= 1 else left * len(words))])
        self.refused(made, blank, vault, ring, "damaged|no backup")

    def test_another_ring(self, made: Path, blank: Database, vault: Vault) -> None:
        strange = KeyRing.parse(KeyRing.new_part("other"))
        self.refused(made, blank, vault, strange, "'k1' is not in SEALING_KEYS")

    def test_another_key_under_the_same_id(self, made: Path, blank: Database, vault: Vault) -> None:
        strange = KeyRing.parse(KeyRing.new_part("k1"))
        self.refused(made, blank, vault, strange, "cannot be opened")

    def test_no_file(self, blank: Database, vault: Vault, ring: KeyRing, tmp_path: Path) -> None:
        self.refused(tmp_path / "none.backup", blank, vault, ring, "cannot be read")

    def test_the_other_kind(
        self, made: Path, plan: Plan, blank: Database, vault: Vault, ring: KeyRing
    ) -> None:
        self.refused(backup_plan.listed(plan, "keys")[0], blank, vault, ring, "holds keys")

    def test_a_newer_program(
        self,
        records: Database,
        vault: Vault,
        plan: Plan,
        blank: Database,
        ring: KeyRing,
        tmp_path: Path,
    ) -> None:
        picture = tmp_path / "newer.db"
        newer = Database(f"sqlite:///{picture}")
        migrate.upgrade(newer)
        with newer.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        snapshot.fold_in(newer)
        newer.close()
        path = tmp_path / "newer.backup"
        seal(picture, path, ring, "records", NOW)
        self.refused(path, blank, vault, ring, "newer program")

    def test_no_database_inside(
        self, vault: Vault, blank: Database, ring: KeyRing, tmp_path: Path
    ) -> None:
        plain, path = tmp_path / "plain", tmp_path / "odd.backup"
        plain.write_bytes(b"not a database" * 1000)
        seal(plain, path, ring, "records", NOW)
        self.refused(path, blank, vault, ring, "no sound database")


def test_a_copy_that_cannot_be_read_is_never_called_proven(
    records: Database, vault: Vault, plan: Plan
) -> None:
    first = backup.make(records, vault, plan, NOW)
    lost = contact(records, vault)
    vault.keys.destroy(lost.data_key)
    with pytest.raises(ErasedError):
        backup.make(records, vault, plan, NOW + timedelta(days=1))
    with records.read() as session:
        assert session.get_one(Fact, "verified_backup").value == first.path.name


def test_a_folder_that_is_a_file_is_one_clear_line(
    records: Database, vault: Vault, plan: Plan
) -> None:
    plan.folder.write_bytes(b"")
    with pytest.raises(BackupError, match="cannot be written to"):
        backup.make(records, vault, plan, NOW)
    with records.read() as session:
        assert session.get(Fact, "verified_backup") is None


def test_one_folder_for_both_is_refused(records: Database, vault: Vault, plan: Plan) -> None:
    with pytest.raises(BackupError, match="two folders"):
        backup.make(records, vault, replace(plan, keys_folder=plan.folder), NOW)


def test_big_files_go_through_in_chunks(tmp_path: Path, ring: KeyRing) -> None:
    plain, sealed, opened = tmp_path / "plain", tmp_path / "x.backup", tmp_path / "opened"
    plain.write_bytes(os.urandom(3 * 1024 * 1024 + 17))
    seal(plain, sealed, ring, "records", NOW)
    told: list[tuple[int, int]] = []
    unseal(sealed, opened, ring, lambda done, total: told.append((done, total)))
    assert opened.read_bytes() == plain.read_bytes()
    assert told[-1] == (sealed.stat().st_size, sealed.stat().st_size)
    header = read_header(sealed)
    assert (header.kind, header.taken_at, header.key_id) == ("records", NOW, "k1")
    # Two chunks changing places must show.
    words = bytearray(sealed.read_bytes())
    start, size = words.index(b"}\n") + 2, 1024 * 1024 + 16
    one, two = words[start : start + size], words[start + size : start + 2 * size]
    words[start : start + 2 * size] = two + one
    sealed.write_bytes(words)
    with pytest.raises(BackupError, match="damaged"):
        unseal(sealed, opened, ring)
