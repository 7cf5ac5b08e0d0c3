"""What is written down, and said when, to somebody in danger."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, select, update

from bot.directory import LINES_FOR
from bot.escalation import holding, to_client
from bot.triage import KINDS
from records.models import AuditEntry, Escalation, Message, Rotation
from service.rehearsal import ZONE
from tests.conversations.urgent.cast import HELP, KNIFE, QUESTION, WANTS_OUT, Cast

PILLS = "i took all my pills"
NOTED = "a person will read it"


def passes(cast: Cast, **length: float) -> None:
    """Time goes by and nothing runs."""
    clock = cast.stage.rehearsal.clock
    clock.move_to(clock.now() + timedelta(**length))


def quietly(cast: Cast, words: str) -> None:
    """The client texts; what workers hear of it is not looked at here."""
    cast.client.texts(words)
    for phone in cast.workers:
        phone.ignores()


def replies(cast: Cast) -> list[Message]:
    """What the line said to the client because of the alert, in order."""
    with cast.stage.line.database.read() as session:
        found = select(Message).where(Message.purpose == "urgent_reply").order_by(Message.seq)
        return list(session.scalars(found))


def test_the_first_reply_is_kept_with_the_item_and_waits_for_its_answer(cast: Cast) -> None:
    quietly(cast, KNIFE)
    alert, (reply,) = cast.alert(), replies(cast)
    assert (alert.reply_id, alert.kinds, alert.kind) == (reply.id, "violence", "violence")
    assert (reply.text_id, reply.lane, reply.purpose) == ("urgent.violence", 0, "urgent_reply")
    assert alert.silence_at == cast.stage.line.now() + timedelta(minutes=5)
    assert (alert.answer, alert.answered_at) == (None, None)
    with cast.stage.line.database.read() as session:
        which = select(AuditEntry.detail).where(AuditEntry.act == "first_reply")
        assert session.scalars(which).all() == ["violence"]
    cast.client.ignores()


def test_an_urgent_items_question_waits_half_an_hour(cast: Cast) -> None:
    quietly(cast, HELP)
    assert cast.alert().silence_at == cast.stage.line.now() + timedelta(minutes=30)
    cast.client.ignores()


def test_another_kind_of_danger_is_answered_too_and_asked_about_anew(cast: Cast) -> None:
    quietly(cast, KNIFE)
    cast.client.ignores()
    quietly(cast, "1")
    cast.client.hears("a person still sees this").hears_nothing()
    assert cast.alert().answer == "yes"
    quietly(cast, PILLS)
    cast.client.hears("911", QUESTION).hears_nothing()
    alert, said = cast.alert(), replies(cast)
    assert alert.kinds.split(",")[0] == "violence" and len(alert.kinds.split(",")) == 2
    assert (alert.answer, alert.answered_at, alert.reply_id) == (None, None, said[-1].id)
    assert [one.text_id for one in said][:2] == ["urgent.violence", "urgent.answer_yes"]
    assert {(one.lane, one.purpose) for one in said} == {(0, "urgent_reply")}
    assert alert.silence_at == cast.stage.line.now() + timedelta(minutes=5)


def test_every_kind_of_danger_that_an_item_may_name_fits_into_its_row() -> None:
    assert len(",".join({*KINDS, *LINES_FOR})) <= Escalation.__table__.c.kinds.type.length


def test_no_is_confirmed_as_no(cast: Cast) -> None:
    quietly(cast, HELP)
    cast.client.ignores()
    quietly(cast, "2")
    cast.client.hears("911").hears_nothing()
    assert replies(cast)[1].text_id == "urgent.answer_no"


def test_a_same_day_items_question_waits_from_the_morning_on() -> None:
    late = Cast(datetime(2026, 11, 30, 21, 30, tzinfo=ZONE))
    quietly(late, WANTS_OUT)
    late.client.hears("A person reads next at 2026-12-01 09:00", QUESTION).hears_nothing()
    assert late.alert().silence_at == datetime(2026, 12, 1, 9, 0, tzinfo=ZONE)


def test_at_night_with_nobody_on_call_that_is_said_with_the_time() -> None:
    late = Cast(datetime(2026, 11, 30, 21, 30, tzinfo=ZONE))
    with late.stage.line.database.write() as session:
        ended = late.stage.line.local(late.stage.line.now()).date() - timedelta(days=1)
        session.execute(update(Rotation).values(until_on=ended))
    quietly(late, WANTS_OUT)
    late.client.hears("Nobody is on call", "2026-12-01 09:00").hears_nothing()


def outbound_to(contact_id: int) -> Select[tuple[Message]]:
    return select(Message).where(Message.contact_id == contact_id, Message.direction == "outbound")


def noted_after(cast: Cast, *, spoke: float, noted: float | None, is_asking: bool) -> bool:
    """Is it said that a person will read it, so many seconds after each?"""
    before = len(replies(cast))
    line = cast.stage.line
    with line.database.write() as session:
        alert = session.scalars(select(Escalation)).one()
        alert.noted_at = None if noted is None else line.now() - timedelta(seconds=noted)
        said = line.now() - timedelta(seconds=spoke)
        outbound = update(Message).where(Message.direction == "outbound")
        session.execute(outbound.where(Message.contact_id.is_not(None)).values(created_at=said))
    passes(cast, seconds=5)  # the same words at once would be a double
    with line.database.write() as session:
        alert = session.scalars(select(Escalation)).one()
        if alert.noted_at is not None:
            alert.noted_at += timedelta(seconds=5)
        for message in session.scalars(outbound_to(alert.contact_id)):
            message.created_at += timedelta(seconds=5)
    quietly(cast, "hello??" if is_asking else "the blue one was my moms")
    cast.client.ignores()
    said_now = replies(cast)[before:]
    if said_now:
        assert [(one.text_id, one.lane) for one in said_now] == [("urgent.noted", 0)]
        assert cast.alert().noted_at == line.now()
    return bool(said_now)


def test_who_asks_back_hears_it_at_once_and_every_five_minutes(cast: Cast) -> None:
    quietly(cast, KNIFE)
    cast.client.ignores()
    assert noted_after(cast, spoke=0, noted=None, is_asking=True)
    assert not noted_after(cast, spoke=0, noted=299, is_asking=True)
    assert noted_after(cast, spoke=0, noted=300, is_asking=True)


def test_who_goes_on_telling_hears_it_once_the_line_was_quiet_for_two_minutes(cast: Cast) -> None:
    quietly(cast, KNIFE)
    cast.client.ignores()
    assert not noted_after(cast, spoke=119, noted=None, is_asking=False)
    assert not noted_after(cast, spoke=3600, noted=299, is_asking=False)
    assert noted_after(cast, spoke=120, noted=None, is_asking=False)
    assert noted_after(cast, spoke=120, noted=300, is_asking=False)


def test_the_newest_word_of_the_line_counts_and_a_colleagues_does_not(cast: Cast) -> None:
    quietly(cast, KNIFE)
    cast.client.ignores()
    other = cast.stage.phone("0142").texts("when is the circle").ignores()
    passes(cast, minutes=2)
    other.texts("circle").ignores()
    quietly(cast, "the blue one was my moms")
    cast.client.hears(NOTED).hears_nothing()


def test_after_five_minutes_it_is_said_that_nobody_has_picked_up(cast: Cast) -> None:
    quietly(cast, KNIFE)
    first = cast.client.unread.pop()
    line = cast.stage.line
    passes(cast, minutes=5)
    alert_id = cast.alert().id
    with line.database.write() as session:
        alert = holding.held(session, alert_id)
        (kept,) = to_client.five_minutes(session, line, alert, line.now())
        assert alert.told_at == line.now()
    (_, told) = replies(cast)
    assert told.id == kept.id
    assert (told.text_id, told.lane) == ("urgent.five_minutes", 0)
    source_id = cast.alert().message_id
    with line.database.read() as session:
        source = session.get_one(Message, source_id)
        assert (told.contact_id, told.address_id) == (source.contact_id, source.address_id)
    cast.stage.rehearsal.settle()
    cast.stage.collect()
    said = cast.client.unread.pop(0)
    assert "Nobody has picked up yet" in said
    numbers = [part for part in first.replace("\n", " ").split() if part.count("-") >= 2]
    assert all(number in said for number in numbers)
    for phone in (cast.client, *cast.workers):
        phone.ignores()
