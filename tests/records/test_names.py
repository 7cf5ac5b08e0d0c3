"""A short name finds its client by its first letters, and cannot be read where it is found."""

from __future__ import annotations

from sqlalchemy import select

from bot import names
from records.models import Contact, NameMark
from tests.stage import Stage


def _named(stage: Stage, digits: str, name: str) -> int:
    stage.phone(digits).texts("hi there blorp").ignores()
    with stage.line.database.write() as session:
        newest = select(Contact).order_by(Contact.created_at.desc(), Contact.id.desc()).limit(1)
        contact = session.scalars(newest).one()
        names.keep(session, stage.line, contact, name)
        found = contact.id
    stage.later(minutes=1)
    return found


def _found(stage: Stage, typed: str) -> list[int] | None:
    with stage.line.database.read() as session:
        rows = names.find(session, stage.line, typed, 10)
    return None if rows is None else [row.id for row in rows]


def test_a_name_is_found_by_the_beginning_of_any_of_its_words(database: object) -> None:
    stage = Stage(database=database)  # type: ignore[arg-type]
    mary, marie = _named(stage, "0141", "Mary Kuluk"), _named(stage, "0142", "Marie")
    assert _found(stage, "mar") == sorted([mary, marie])
    assert _found(stage, "MARY") == [mary]
    assert _found(stage, "kul") == [mary]
    assert _found(stage, "marî") == [marie]
    assert _found(stage, "mar kul") == [mary]
    assert _found(stage, "ary") == []
    assert _found(stage, "ma") is None


def test_syllabics_and_roman_letters_find_each_other(database: object) -> None:
    stage = Stage(database=database)  # type: ignore[arg-type]
    client = _named(stage, "0141", "ᐊᓕᖃ")
    assert _found(stage, "aliq") == [client]
    assert _found(stage, "ᐊᓕᖃ") == [client]


def test_a_new_name_takes_the_place_of_the_old_and_no_letters_are_stored(database: object) -> None:
    stage = Stage(database=database)  # type: ignore[arg-type]
    client = _named(stage, "0141", "Mary")
    with stage.line.database.write() as session:
        contact = session.get_one(Contact, client)
        assert b"Mary" not in (contact.name_sealed or b"")
        names.keep(session, stage.line, contact, "Leah")
    assert _found(stage, "mary") == []
    assert _found(stage, "leah") == [client]
    with stage.line.database.read() as session:
        assert all(len(mark) == 64 for mark in session.scalars(select(NameMark.mark)))
    with stage.line.database.write() as session:
        names.keep(session, stage.line, session.get_one(Contact, client), "")
    assert _found(stage, "leah") == []
