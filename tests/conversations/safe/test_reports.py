"""A report that warns others: filed in a minute by text, with no trace of who wrote it."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.reports import keeping, searching, sharing
from records.models import AuditEntry, Consent, Message, Question, QueueItem, Report
from tests.conversations.safe.conftest import change, contact_of, items
from tests.conversations.safe.test_own_words import alerts, workers_ignore
from tests.stage import Phone, Stage

STORY = "he choked me and took my cash. tall, grey beard, friday by the mall"
PLATE, NUMBER = "grey van ABCD 123", "613 555 0166 calls himself zorro"


def file_one(phone: Phone) -> Phone:
    """Reports what is over, as a client would."""
    phone.texts("report").hears("Is it over", "1 yes 2 no").hears_nothing()
    for words, answer in (("1", "What happened"), (STORY, "plate"), (PLATE, "number")):
        phone.stage.later(seconds=10)
        phone.texts(words).hears(answer).hears_nothing()
    phone.stage.later(seconds=10)
    return phone.texts(NUMBER).hears("OK, kept").hears_nothing()


def reports(stage: Stage) -> list[Report]:
    with stage.line.database.read() as session:
        return list(session.scalars(select(Report)))


def found(stage: Stage, **asked: str) -> list[searching.Found]:
    with stage.line.database.read() as session:
        today = stage.line.local(stage.line.now()).date()
        return searching.find(session, stage.line, today, **asked)


def test_filed_in_a_minute_and_nothing_of_it_stays_with_who_wrote_it(client: Phone) -> None:
    stage = client.stage
    stage.later(hours=4)
    begun = stage.line.now()
    file_one(client)
    assert stage.line.now() - begun < timedelta(minutes=1)
    report = reports(stage)[0]
    assert report.week == date(2026, 11, 30) and report.week.weekday() == 0
    columns = {c.name for c in Report.__table__.columns}
    assert not columns & {"contact_id", "message_id", "created_at", "at", "language"}
    with stage.line.database.read() as session:
        texts = session.scalars(select(Message).where(Message.created_at >= begun)).all()
        assert session.scalars(select(Question).where(Question.flow == "safety_note")).all() == []
        acts = session.scalars(select(AuditEntry).where(AuditEntry.at >= begun)).all()
        assert session.scalars(select(QueueItem).where(QueueItem.opened_at >= begun)).all() == []
    assert [a.act for a in acts] == []
    left = [row for row in texts if row.body_sealed is not None]
    assert [row.text_id for row in left] == ["my_words.done"]
    shredded = [row for row in texts if row.body_sealed is None]
    assert {(r.purpose, r.text_id, r.kind, r.signals) for r in shredded} == {
        (keeping.SHREDDED, None, None, None)
    }
    stage.later(minutes=2)
    held = " ".join(one.body for one in stage.network.messages)
    assert "choked" not in held and "ABCD" not in held and "zorro" not in held
    assert "What happened" not in held


def test_words_are_never_in_the_thread_not_even_before_it_is_filed(client: Phone) -> None:
    client.texts("report").ignores().stage.later(seconds=5)
    client.texts("1").ignores().stage.later(seconds=5)
    client.texts(STORY).hears("plate")
    contact = contact_of(client.stage, client)
    with client.stage.line.database.read() as session:
        bodies = [
            client.stage.line.vault.open(
                contact.data_key, f"message.body:{row.id}", row.body_sealed
            )
            for row in session.scalars(select(Message).where(Message.contact_id == contact.id))
            if row.body_sealed
        ]
    assert not any("choked" in body for body in bodies)
    client.stage.later(hours=2)  # never finished: what was said so far is gone
    with client.stage.line.database.read() as session:
        assert {q.data_sealed for q in session.scalars(select(Question))} == {None}
    assert reports(client.stage) == []
    assert not any(kind == "urgent" for kind, _ in items(client.stage))


def test_what_is_not_over_pages_a_person_as_any_cry_for_help(client: Phone) -> None:
    client.texts("report").hears("Is it over").stage.later(seconds=5)
    client.texts("2").hears("911")
    client.ignores()
    client.stage.phone("0191").hears("Urgent item").ignores()
    assert reports(client.stage) == []
    workers_ignore(client.stage)


@pytest.mark.parametrize(
    "words", ["he is outside now help", "i took all my pills", "hes still here"]
)
def test_a_cry_for_help_among_the_answers_is_triaged_as_any_text(client: Phone, words: str) -> None:
    client.texts("report").ignores().stage.later(seconds=5)
    client.texts("1").ignores().stage.later(seconds=5)
    client.texts(words).ignores()
    client.stage.phone("0191").hears("Urgent item").ignores()
    assert reports(client.stage) == []
    workers_ignore(client.stage)


def test_a_word_of_the_line_interrupts_and_is_no_answer(client: Phone) -> None:
    client.texts("report").ignores().stage.later(seconds=5)
    client.texts("1").ignores().stage.later(seconds=5)
    client.texts("menu").hears("1").hears_nothing()
    assert reports(client.stage) == []


def test_found_by_part_of_a_plate_a_number_or_words_and_not_once_expired(client: Phone) -> None:
    stage = client.stage
    file_one(client)
    for asked in ({"plate": "cd-12"}, {"phone": "5550166"}, {"phone": "(613) 555"}):
        assert len(found(stage, **asked)) == 1, asked
    assert len(found(stage, words="GREY bear")) == 1
    assert found(stage, words="zorro mall")[0].plate == PLATE
    for asked in ({"plate": "cd99"}, {"phone": "9990166"}, {"words": "grey submarine"}):
        assert found(stage, **asked) == []
    with stage.line.database.write() as session:
        row = session.scalars(select(Report)).one()
        row.expires_on = stage.line.local(stage.line.now()).date()
    assert found(stage) == []


def test_expired_reports_go_with_the_key_of_their_week(client: Phone) -> None:
    stage = client.stage
    file_one(client)
    with stage.line.database.write() as session:
        assert keeping.forget(session, stage.line, date(2027, 11, 28)) == (0, set())
        gone, refs = keeping.forget(session, stage.line, date(2027, 11, 29))
    assert gone == 1 and len(refs) == 1 and reports(stage) == []


def test_two_of_one_week_share_a_key_and_no_id_tells_the_time(stage: Stage) -> None:
    with stage.line.database.write() as session:
        for n in range(20):
            keeping.file(session, stage.line, {"words": str(n)}, date(2026, 12, 2))
    rows = sorted(reports(stage), key=lambda row: row.id)
    assert len({row.data_key for row in rows}) == 1
    order = [json.loads(json.dumps(keeping.opened(stage.line, row)))["words"] for row in rows]
    assert order != [str(n) for n in range(20)]


def _release(stage: Stage, words: str) -> int:
    with stage.line.database.write() as session:
        row = session.scalars(select(Report)).first()
        assert row is not None
        keeping.set_words(stage.line, row, words)
        session.flush()
        batch = sharing.release(session, stage.line, [row.id], 7, stage.line.now())
        told = batch.told if batch else -1
    stage.rehearsal.settle()
    stage.collect()
    return told


def test_only_those_who_said_yes_hear_that_there_is_something_and_ask_for_it(
    client: Phone,
) -> None:
    stage, other = client.stage, client.stage.phone("0142")
    stage.later(hours=3)
    file_one(client)
    client.texts("notes").hears("1 yes 2 no").stage.later(seconds=5)
    client.texts("1").ignores()
    other.texts("circle").ignores()
    assert _release(stage, "Grey van ABCD, tall, grey beard. Keep away.") == 1
    client.hears("New safety note. Reply 7 to read").hears_nothing()
    client.texts("7").hears("Grey van ABCD").hears_nothing()
    other.hears_nothing()
    stage.later(minutes=5)
    client.texts("no notes").hears("1 yes 2 no").stage.later(seconds=5)
    client.texts("2").ignores()
    with stage.line.database.read() as session:
        said = [c.given for c in session.scalars(select(Consent).where(
            Consent.purpose == "safety_notes").order_by(Consent.id))]  # fmt: skip
    assert said == [True, False]
    stage.later(seconds=5)
    client.texts("7").ignores()  # a stray digit: a person reads it
    assert ("not_understood", "routine") in items(stage)
    other.ignores()


@pytest.mark.parametrize(
    "words", ["he came back hes hitting me", "hes choking me", "he is beating me", "he has a knife"]
)
def test_what_happens_now_is_no_piece_of_a_report(client: Phone, words: str) -> None:
    stage = client.stage
    client.texts("report").ignores().stage.later(seconds=5)
    client.texts("1").ignores().stage.later(seconds=5)
    client.texts("bad date on friday").hears("plate").stage.later(seconds=5)
    client.texts(words).hears("call 911", "Are you safe right now?").hears_nothing()
    assert [alert.level for alert in alerts(stage)] == ["emergency"]
    workers_ignore(stage)


@pytest.mark.parametrize("begun", [("report", "1", "bad date on friday"), ("my words", "1")])
def test_where_somebody_is_told_in_an_alert_can_be_read_whatever_was_asked_before(
    client: Phone, begun: tuple[str, ...]
) -> None:
    stage = client.stage
    for words in (*begun, "help he is back he has a gun", "45 rideau st apt 3"):
        client.texts(words).ignores().stage.later(seconds=5)
    contact = contact_of(stage, client)
    with stage.line.database.read() as session:
        newest = session.scalars(
            select(Message)
            .where(Message.contact_id == contact.id, Message.direction == "inbound")
            .order_by(Message.seq.desc())
        ).first()
        assert newest is not None and newest.body_sealed is not None
        where = f"message.body:{newest.id}"
        assert stage.line.vault.open(contact.data_key, where, newest.body_sealed) == (
            "45 rideau st apt 3"
        )
    workers_ignore(stage)


def test_nothing_goes_to_a_phone_that_is_not_safe_or_after_the_stop_word(client: Phone) -> None:
    stage = client.stage
    stage.later(hours=3)
    file_one(client)
    client.texts("notes").ignores().stage.later(seconds=5)
    client.texts("1").ignores()
    stage.later(minutes=40)
    change(stage, client, safe_to_text="no")
    assert _release(stage, "Grey van") == 0
    client.hears_nothing()
