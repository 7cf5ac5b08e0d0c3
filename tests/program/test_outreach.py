"""A card's word: the client's own phone texts it, and we know where they heard of the line."""

from __future__ import annotations

from sqlalchemy import select

from records.database import Database
from records.models import Address, Reached, Source
from tests.admin.desk import Desk
from tests.stage import Stage


def with_word(database: Database) -> tuple[Stage, Desk]:
    stage = Stage(database=database)
    desk = Desk(stage).sign_in_as("caseworker")
    sent = desk.send("/admin/sources", word="sunrise", place="drop-in")
    assert sent.status_code == 303
    return stage, desk


def sources(stage: Stage) -> list[str]:
    with stage.line.database.read() as session:
        found = (
            select(Source.word).join(Reached, Reached.source_id == Source.id).order_by(Reached.id)
        )
        return list(session.scalars(found))


def test_the_word_alone_gets_what_a_hello_gets(database: Database) -> None:
    stage, _ = with_word(database)
    stage.phone().texts("Sunrise").hears("This is a machine").hears("Is it safe to text")
    assert sources(stage) == ["sunrise"]
    stage.close()


def test_a_request_with_the_word_is_answered_as_ever(database: Database) -> None:
    stage, _ = with_word(database)
    stage.phone().texts("sunrise when is the next circle").hears("Next circle").ignores()
    assert sources(stage) == ["sunrise"]


def test_only_the_first_text_counts(database: Database) -> None:
    stage, _ = with_word(database)
    stage.phone().texts("circle").ignores()
    stage.later(minutes=1)
    stage.phone().texts("sunrise").ignores()
    assert sources(stage) == []


def test_an_emergency_with_the_word_is_an_emergency(database: Database) -> None:
    stage, _ = with_word(database)
    stage.phone().texts("sunrise he has a knife hes outside").hears("911").ignores()
    for phone in ("0191", "0192", "0193"):
        stage.phone(phone).ignores()


def test_words_that_tell_or_belong_to_others_are_refused(database: Database) -> None:
    stage, desk = with_word(database)
    for word in ("stop", "start", "circle", "yes", "rehab", "sunrise", "a b", "x", "help"):
        assert desk.send("/admin/sources", word=word, place="here").status_code == 422
    card = desk.read("/admin/sources/sunrise/card")
    assert "<svg" in card and "SUNRISE" in card
    with stage.line.database.read() as session:
        assert session.scalars(select(Address)).all() == []  # nobody typed a number in
    stage.close()
