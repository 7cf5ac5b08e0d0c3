"""A day after a client's last words on WhatsApp: approved wordings, once each, or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import outbox
from bot.checkins import plans
from bot.gateways import GatewayError
from bot.people import locked
from bot.wordings import Wording, to_go_by
from records.database import Database
from records.models import Address, Consent, Message, QueueItem
from records.models.messages import Lane, State
from service.rehearsal import stage_config
from service.seed import seed
from tests.admin.desk import Desk
from tests.conversations.dates import MONDAY, THURSDAY, Calendar, at, days
from tests.stage import Phone, Stage

NUMBER = "whatsapp:+16135550141"
REMINDED = Wording("reminder.ask", "HX" + "1" * 32, "Your date {{1}}. 1 yes 2 no 3 other day")
ASKED = Wording(
    "check_in.how",
    "HX" + "2" * 32,
    "Hi. How are you today? 1 ok 2 so-so 3 not ok. Text OFTEN to change how often we ask.",
)
BEFORE = at(THURSDAY - days(2), 18)


def calendar_of(database: Database, *wordings: Wording) -> Calendar:
    calendar = Calendar(database, config=replace(stage_config(), wordings=wordings))
    calendar.stage.network.texts.wordings.update({one.sid: one.words for one in wordings})
    return calendar


@pytest.fixture
def calendar(database: Database) -> Calendar:
    """Monday at eleven, with two wordings that WhatsApp has approved."""
    return calendar_of(database, REMINDED, ASKED)


def remind(calendar: Calendar, channel: str = "whatsapp") -> Phone:
    """A client on WhatsApp with a date on Thursday evening, up to the minute before the reminder.

    They wrote on Monday morning only: on Tuesday evening the day is over.
    """
    phone = calendar.client(channel="whatsapp")
    calendar.says("0141", "reminders", channel=channel)
    (row_id,) = calendar.event(at(THURSDAY, 18))
    calendar.book("0141", row_id)
    calendar.stage.at(BEFORE - timedelta(minutes=1))
    phone.ignores()
    return phone


def last(calendar: Calendar) -> Message:
    with calendar.line.database.read() as session:
        return session.scalars(select(Message).order_by(Message.id.desc())).first()  # type: ignore[return-value]


def handed_over(calendar: Calendar) -> list[str]:
    """Each reminder that the carrier took for this client."""
    ledger = calendar.stage.network.ledger()
    said = [one.body for one in ledger if one.kind == "message" and one.to_number == NUMBER]
    return [body for body in said if body.startswith("Your date")]


def held(calendar: Calendar) -> list[str | None]:
    with calendar.line.database.read() as session:
        found = select(QueueItem.subject).where(QueueItem.kind == "held")
        return list(session.scalars(found.order_by(QueueItem.id)))


def test_a_reminder_goes_by_its_wording_and_is_answered(calendar: Calendar) -> None:
    phone = remind(calendar)
    calendar.stage.at(BEFORE)
    phone.hears("Your date 2026-12-03 18:00 (Thu). 1 yes 2 no 3 other day").hears_nothing()
    row = last(calendar)
    assert (row.template_sid, row.state) == (REMINDED.sid, State.DELIVERED)
    phone.texts("1").hears("OK", "2026-12-03 18:00 (Thu)").hears_nothing()
    # They have just written: the window is open, and words are free again.
    assert last(calendar).template_sid is None
    calendar.stage.phone("0141").hears_nothing()
    assert held(calendar) == []


def test_a_carrier_that_takes_it_and_does_not_answer_is_asked_and_nothing_goes_twice(
    calendar: Calendar,
) -> None:
    phone = remind(calendar)
    _goes_unanswered(calendar)
    calendar.stage.later(minutes=30)
    phone.hears("Your date").hears_nothing()
    assert len(handed_over(calendar)) == 1
    assert last(calendar).state == State.SENT


def _goes_unanswered(calendar: Calendar) -> None:
    """The carrier takes it, but neither its answer nor its reports arrive."""
    calendar.stage.network.set_fault("accept_then_timeout", count=1)
    calendar.stage.network.set_fault("webhook_down")
    calendar.stage.at(BEFORE)
    assert last(calendar).state == State.UNKNOWN


def test_a_list_that_does_not_show_its_words_yet_makes_it_no_second_one(
    calendar: Calendar,
) -> None:
    phone = remind(calendar)
    network = calendar.stage.network
    _goes_unanswered(calendar)
    [sid] = [one.sid for one in network.messages.search(to=NUMBER) if "Your date" in one.body]
    network.messages.redact(sid)
    calendar.stage.later(minutes=30)
    phone.hears("Your date").hears_nothing()
    assert len(handed_over(calendar)) == 1 and last(calendar).carrier_sid == sid


def test_what_the_carrier_took_and_lost_is_not_said_again(calendar: Calendar) -> None:
    phone = remind(calendar)
    calendar.stage.network.set_fault("accept_and_drop", count=1)
    calendar.stage.at(BEFORE)
    calendar.stage.later(hours=6)
    phone.hears_nothing()
    assert len(handed_over(calendar)) == 1


def test_a_check_in_goes_by_its_wording(calendar: Calendar) -> None:
    phone = calendar.client(channel="whatsapp")
    calendar.says("0141", "check_ins", channel="whatsapp")
    with calendar.line.database.write() as session:
        contact = locked(session, calendar.ids["0141"])
        terms = plans.Terms("how", "week", MONDAY + days(3))
        plans.agree(session, calendar.line, contact, terms, calendar.line.now())
    calendar.stage.at(at(MONDAY + days(3), 20))
    phone.hears("How are you today? 1 ok 2 so-so 3 not ok")
    assert [row.template_sid for row in sent(calendar, "check_in.how")] == [ASKED.sid]


def sent(calendar: Calendar, text_id: str) -> list[Message]:
    with calendar.line.database.read() as session:
        found = select(Message).where(Message.text_id == text_id).order_by(Message.id)
        return list(session.scalars(found))


def test_without_a_wording_nothing_goes_and_the_reason_is_shown(database: Database) -> None:
    calendar = calendar_of(database, ASKED)
    phone = remind(calendar)
    calendar.stage.at(BEFORE)
    phone.hears_nothing()
    calendar.stage.phone("0141").hears_nothing()
    assert handed_over(calendar) == [] and held(calendar) == ["whatsapp_window"]
    seed(calendar.line, MONDAY)
    page = Desk(calendar.stage).sign_in_as("caseworker")
    assert "more than a day since the client wrote there" in page.read(page.thread())


def test_other_words_than_the_approved_ones_are_not_sent(database: Database) -> None:
    changed = replace(REMINDED, words="Your visit {{1}}. 1 yes 2 no 3 other day")
    calendar = calendar_of(database, changed)
    phone = remind(calendar)
    calendar.stage.at(BEFORE)
    phone.hears_nothing()
    assert (last(calendar).state, last(calendar).reason) == (State.HELD, "whatsapp_window")


def test_a_yes_that_was_said_by_sms_is_none_for_whatsapp(calendar: Calendar) -> None:
    phone = remind(calendar, channel="sms")
    calendar.stage.at(BEFORE)
    phone.hears_nothing()
    assert held(calendar) == ["whatsapp_window"]


def test_who_said_stop_there_gets_no_wording_either(calendar: Calendar) -> None:
    phone = calendar.client(channel="whatsapp")
    (row_id,) = calendar.event(at(THURSDAY, 18))
    calendar.book("0141", row_id)
    phone.texts("STOP").ignores()
    calendar.stage.at(at(THURSDAY, 17))
    phone.hears_nothing()


def test_a_workers_own_words_never_go_by_a_wording(calendar: Calendar) -> None:
    phone = calendar.client(channel="whatsapp")
    calendar.stage.later(days=2)
    with calendar.line.database.write() as session:
        contact = locked(session, calendar.ids["0141"])
        address = session.scalars(select(Address)).one()
        outbox.enqueue(
            session, calendar.line, contact=contact, address_id=address.id,
            body="Your date 2026-12-03 18:00 (Thu). 1 yes 2 no 3 other day",
            purpose="staff_confirmed", lane=Lane.REPLY, now=calendar.line.now(), answered_by_id=7,
        )  # fmt: skip
    calendar.stage.later(minutes=5)
    phone.hears_nothing()
    assert (last(calendar).state, last(calendar).template_sid) == (State.HELD, None)


def test_a_wording_that_whatsapp_takes_back_fails_with_that_reason(calendar: Calendar) -> None:
    phone = remind(calendar)
    calendar.stage.network.set_fault("reject", code=63041)
    calendar.stage.at(BEFORE)
    calendar.stage.later(minutes=5)
    phone.hears_nothing()
    row = sent(calendar, "reminder.ask")[0]
    assert (row.state, row.error_code) == (State.UNDELIVERED, "63041")
    seed(calendar.line, MONDAY)
    page = Desk(calendar.stage).sign_in_as("caseworker")
    assert "WhatsApp did not take its approved wording" in page.read(page.thread())


def test_a_wording_that_the_settings_lost_is_a_final_refusal() -> None:
    with pytest.raises(GatewayError) as refusal:
        to_go_by([ASKED], REMINDED.sid, "Your date x. 1 yes 2 no 3 other day")
    assert refusal.value.permanent and refusal.value.reason == "wording"


def test_a_yes_remembers_where_it_was_said(database: Database) -> None:
    stage = Stage(database=database)
    phones = {"whatsapp": stage.whatsapp("0141"), "sms": stage.phone("0142")}
    for phone in phones.values():
        phone.texts("news").ignores().texts("1").ignores()
    with stage.line.database.read() as session:
        said = {row.channel for row in session.scalars(select(Consent))}
    assert said == set(phones)
