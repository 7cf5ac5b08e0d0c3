"""A word that no book has: a caseworker says what it means, and from then on it is understood."""

from __future__ import annotations

from sqlalchemy import select

from records.models import AuditEntry, HeardWord
from tests.admin.desk import Desk
from tests.stage import Stage

WORD = "blorpik"


def add(desk: Desk, word: str, means: str) -> str:
    desk.send("/admin/words", word=word, means=means)
    return desk.read("/admin/words")


def test_an_added_word_is_understood_from_the_next_text_on(stage: Stage) -> None:
    phone = stage.phone()
    phone.texts("circle").ignores()
    phone.texts(WORD).ignores()
    desk = Desk(stage).sign_in_as("caseworker")
    assert f"Added: {WORD}" in add(desk, WORD, "flow:circle")
    phone.texts("BLORPIK").hears("circle")
    phone.ignores()
    with stage.line.database.read() as session:
        assert "add_word" in set(session.scalars(select(AuditEntry.act)))


def test_a_yes_in_any_spelling_answers_a_question(stage: Stage) -> None:
    desk = Desk(stage).sign_in_as("caseworker")
    add(desk, "takkuttara", "yes")
    assert stage.line.vocabulary.answer("ᑕᒃᑯᑦᑕᕋ") == stage.line.vocabulary.answer("yes")
    assert stage.line.vocabulary.answer("takkutara!").kind == "yes"
    assert stage.line.vocabulary.answer("takkuttara takkuttara") is None


def test_withdrawn_it_means_nothing_again(stage: Stage) -> None:
    desk = Desk(stage).sign_in_as("supervisor")
    add(desk, WORD, "thanks")
    assert stage.line.vocabulary.answer(WORD) is not None
    with stage.line.database.read() as session:
        number = session.scalars(select(HeardWord.number)).one()
    assert desk.send(f"/admin/words/{number}/withdraw").status_code == 303
    desk.read("/admin/words")
    assert stage.line.vocabulary.answer(WORD) is None
    assert f"Added: {WORD}" in add(desk, WORD, "no")  # and it may be given another meaning
    assert desk.send("/admin/words/99999/withdraw").status_code == 404


def test_what_the_line_knows_cannot_be_given_another_meaning(stage: Stage) -> None:
    desk = Desk(stage).sign_in_as("caseworker")
    for word in ("yes", "STOP", "aakka", "circle", "start", "ᐋᒃᑲ"):
        assert "already" in add(desk, word, "flow:circle")
    add(desk, WORD, "yes")
    assert "already" in add(desk, WORD, "no")
    with stage.line.database.read() as session:
        assert [row.means for row in session.scalars(select(HeardWord))] == ["yes"]


def test_nobody_can_teach_it_a_word_for_stop_or_for_danger(stage: Stage) -> None:
    desk = Desk(stage).sign_in_as("caseworker")
    for means in ("stop", "help", "digit", "flow:nothing", "", "<b>"):
        assert "Choose what it means." in add(desk, WORD, means)
    assert "Write one word" in add(desk, "a b c d", "yes")


def test_a_word_of_danger_still_pages_whatever_staff_said_it_means(stage: Stage) -> None:
    desk = Desk(stage).sign_in_as("caseworker")
    add(desk, "he has a", "thanks")
    stage.phone().texts("he has a knife and he is outside my door").hears("safe right now")
    stage.phone().ignores()


def test_an_operator_and_an_evaluator_may_not(stage: Stage) -> None:
    for role in ("operator", "evaluator"):
        desk = Desk(stage).sign_in_as(role)
        assert desk.open("/admin/words").status_code == 404
        assert desk.send("/admin/words", word=WORD, means="yes").status_code == 404
