"""The tables grow step by step, on both databases, with what is in them kept."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError

from records import migrate, schema
from records.database import Database
from records.errors import SchemaError
from records.models import (
    Address,
    Base,
    Contact,
    Conversation,
    Message,
    Occurrence,
    Staff,
    TextVersion,
)

NOW = datetime(2026, 11, 30, 15, tzinfo=UTC)


def tables(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names()) - {"alembic_version"}


def a_conversation(database: Database) -> int:
    with database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO contact (id, public_id, data_key, created_at, language, script,"
                " language_source, safe_to_text, age_ok, is_watched, is_sample, next_seq)"
                " VALUES (7, 'p', 'k', '2026-11-30 15:00:00', 'en', 'Latn', 'default', 'unknown',"
                " 'unknown', false, false, 2)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO address (id, contact_id, channel, identifier_index,"
                " identifier_sealed, created_at) VALUES (8, 7, 'sms', 'i', :sealed,"
                " '2026-11-30 15:00:00')"
            ),
            {"sealed": b"sealed"},
        )
        connection.execute(
            text(
                "INSERT INTO message (id, contact_id, seq, address_id, direction, channel,"
                " purpose, state, body_sealed, created_at, media_count, is_late, lane, attempts)"
                " VALUES (9, 7, 1, 8, 'inbound', 'sms', 'inbound', 'received', :sealed,"
                " '2026-11-30 15:00:00', 0, false, 1, 0)"
            ),
            {"sealed": b"sealed"},
        )
    return 9


def test_up_from_nothing_makes_exactly_the_models(blank: Database) -> None:
    migrate.upgrade(blank)
    with blank.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []
    assert tables(blank) == set(Base.metadata.tables)
    migrate.check(blank)


def test_down_to_nothing_and_up_again(blank: Database) -> None:
    migrate.upgrade(blank)
    migrate.downgrade(blank, "base")
    assert tables(blank) == set()
    assert migrate.current(blank) is None
    migrate.upgrade(blank)
    assert migrate.current(blank) == migrate.head()


def test_what_is_in_the_tables_survives_every_step(blank: Database) -> None:
    first, *later = migrate.revisions()
    migrate.upgrade(blank, first)
    message_id = a_conversation(blank)
    for revision in later:
        migrate.upgrade(blank, revision)
    with blank.read() as session:
        message = session.get_one(Message, message_id)
        assert message.body_sealed == b"sealed"
        assert message.created_at == NOW
        assert session.get_one(Address, message.address_id).contact_id == message.contact_id
    for revision in reversed([first, *later][:-1]):
        migrate.downgrade(blank, revision)
    with blank.engine.connect() as connection:
        assert connection.scalar(text("SELECT body_sealed FROM message")) == b"sealed"
        assert connection.scalar(text("SELECT count(*) FROM address")) == 1


def test_before_french_no_french_wording_stays_to_be_taken_for_inuktitut(blank: Database) -> None:
    migrate.upgrade(blank)
    with blank.write() as session:
        who = Staff(
            login_index="i", login_sealed=b"l", name_sealed=b"n", role="translator", created_at=NOW
        )
        session.add(who)
        session.flush()
        for number, language in enumerate(("iu", "fr"), start=1):
            session.add(
                TextVersion(
                    number=number, text_id="dates.ok", language=language, body=language,
                    state="draft", english="", staff_id=who.id, at=NOW,
                )
            )  # fmt: skip
    migrate.downgrade(blank, "0029")
    with blank.engine.connect() as connection:
        assert connection.scalars(text("SELECT body FROM text_version")).all() == ["iu"]
    migrate.upgrade(blank)
    with blank.read() as session:
        assert session.scalars(select(TextVersion.language)).all() == ["iu"]


def test_a_newer_database_is_refused_and_left_alone(blank: Database) -> None:
    migrate.upgrade(blank)
    with blank.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for attempt in (migrate.upgrade, migrate.check):
        with pytest.raises(SchemaError, match="newer program"):
            attempt(blank)
    with pytest.raises(SchemaError, match="newer program"):
        migrate.downgrade(blank, "base")
    assert migrate.current(blank) == "9999"
    assert tables(blank) == set(Base.metadata.tables)


def test_an_older_database_is_not_served(blank: Database) -> None:
    with pytest.raises(SchemaError, match="alluriarniq migrate"):
        migrate.check(blank)


def test_whether_there_is_anything_to_migrate_is_told_without_the_tool(blank: Database) -> None:
    assert schema.newest() == migrate.head()
    assert not schema.serves(blank)
    migrate.upgrade(blank)
    assert schema.serves(blank)
    migrate.downgrade(blank, migrate.revisions()[-2])
    assert not schema.serves(blank)


def test_an_unknown_revision_is_one_clear_line(blank: Database) -> None:
    with pytest.raises(SchemaError, match="no revision 'nonsense'"):
        migrate.upgrade(blank, "nonsense")
    assert tables(blank) == set()


def test_two_that_migrate_at_once_wait_for_each_other(blank: Database) -> None:
    errors: list[Exception] = []
    together = threading.Barrier(3)

    def go() -> None:
        own = Database(blank.url.render_as_string(hide_password=False))
        together.wait()
        try:
            migrate.upgrade(own)
        except Exception as error:  # looked at below
            errors.append(error)
        finally:
            own.close()

    threads = [threading.Thread(target=go) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    migrate.check(blank)


def test_a_step_that_fails_leaves_nothing_behind(blank: Database) -> None:
    with blank.engine.begin() as connection:
        connection.execute(text("CREATE TABLE message (stranger INTEGER)"))
    with pytest.raises(DBAPIError, match="message"):
        migrate.upgrade(blank)
    assert tables(blank) == {"message"}
    with blank.engine.begin() as connection:
        connection.execute(text("DROP TABLE message"))
    migrate.upgrade(blank)
    assert tables(blank) == set(Base.metadata.tables)


def test_rows_that_point_at_nothing_stop_a_migration(tmp_path: object) -> None:
    database = Database(f"sqlite:///{tmp_path}/line.db")
    migrate.upgrade(database)
    with database.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr]
        connection.execute(
            text("INSERT INTO conversation VALUES (1,NULL,NULL,0,'',NULL,NULL,NULL,NULL)")
        )
        connection.commit()
    database.close()
    with pytest.raises(SchemaError, match="'conversation' points at a row of 'contact'"):
        migrate.upgrade(database)
    database.close()


def test_foreign_keys_hold_again_after_a_migration(tmp_path: object) -> None:
    database = Database(f"sqlite:///{tmp_path}/line.db")
    migrate.upgrade(database)
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    with database.read() as session:
        assert session.scalars(select(Contact)).all() == []
        assert session.scalars(select(Conversation)).all() == []
    database.close()


def test_dates_that_were_there_get_their_name_by_wall_time(blank: Database) -> None:
    migrate.upgrade(blank, "0002")
    with blank.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO event (id, kind, name, place, has_food, has_ride, is_sample,"
                " created_at) VALUES (1, 'circle', 'c', '', false, false, false,"
                " '2026-11-30 15:00:00')"
            )
        )
        for row_id, starts in ((2, "2026-12-02 23:00"), (3, "2026-07-01 22:00")):
            for twin in (0, 10):
                connection.execute(
                    text(
                        "INSERT INTO occurrence (id, event_id, starts_at, ends_at, state)"
                        f" VALUES ({row_id + twin}, 1, '{starts}:00', '{starts}:30', 'planned')"
                    )
                )
    migrate.upgrade(blank)
    with blank.read() as session:
        walls = dict(session.execute(select(Occurrence.id, Occurrence.wall)).all())
    assert walls[2] == "2026-12-02T18:00" and walls[3] == "2026-07-01T18:00"
    assert len(set(walls.values())) == 4 and all(len(wall) == 16 for wall in walls.values())
