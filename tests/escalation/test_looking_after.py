"""What an alert waits for is done when it is due, one alert apart from the others."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.escalation import holding
from bot.mail import SmtpMailer
from records.models import Escalation, Message, Page
from records.models.messages import State
from scheduler import escalations
from tests.conversations.urgent.cast import HELP, KNIFE, WANTS_OUT, Cast
from tests.escalation.item import Desk


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return Desk(cast)


def is_changed(desk: Desk, **change: Any) -> None:
    """The alert's row, changed; what it waits for is nothing but that."""
    still = {"next_at": None, "silence_at": None, "tell_at": None, "ack_expires_at": None}
    with desk.line.database.write() as session:
        alert = holding.held(session, desk.id)
        for name, value in {**still, **change}.items():
            setattr(alert, name, value)


def runs(desk: Desk, after: float = 0) -> Escalation:
    """What is due so many seconds on; the alert as it is then."""
    now = desk.now + timedelta(seconds=after)
    escalations.run(desk.line, now)
    with desk.line.database.read() as session:
        return session.get_one(Escalation, desk.id)


def acts(desk: Desk) -> list[str]:
    return [act for _, act, _ in desk.audited(99)]


WAITS = ("next_at", "silence_at", "tell_at", "ack_expires_at")


@pytest.mark.parametrize("name", WAITS)
def test_an_alert_is_looked_after_when_it_is_due_and_not_before(desk: Desk, name: str) -> None:
    due_at = desk.now + timedelta(seconds=30)
    more = {"state": "acknowledged", "acknowledged_by": desk.ann} if "ack" in name else {}
    is_changed(desk, **{name: due_at}, **more)
    assert escalations.next_at(desk.line, desk.now) == due_at
    before = len(acts(desk))
    assert getattr(runs(desk, 29), name) == due_at and len(acts(desk)) == before
    assert getattr(runs(desk, 30), name) != due_at and len(acts(desk)) > before


@pytest.mark.parametrize("name", WAITS)
def test_a_resolved_alert_is_left_alone(desk: Desk, name: str) -> None:
    is_changed(desk, state=holding.RESOLVED, **{name: desk.now})
    assert escalations.next_at(desk.line, desk.now) is None
    before = acts(desk)
    runs(desk, 60)
    assert acts(desk) == before


def test_with_nothing_to_wait_for_nothing_is_due(desk: Desk) -> None:
    is_changed(desk)
    assert escalations.next_at(desk.line, desk.now) is None
    is_changed(desk, next_at=desk.now + timedelta(minutes=9), tell_at=desk.now + timedelta(hours=1))
    assert escalations.next_at(desk.line, desk.now) == desk.now + timedelta(minutes=9)


def test_a_page_that_waits_for_its_proof_is_due_too(desk: Desk) -> None:
    is_changed(desk, next_at=desk.now + timedelta(minutes=9))
    with desk.line.database.write() as session:
        session.execute(
            update(Page).values(check_at=desk.now + timedelta(minutes=1), proven_at=None)
        )
        session.execute(update(Message).values(state=State.SENT))
    assert escalations.next_at(desk.line, desk.now) == desk.now + timedelta(minutes=1)
    runs(desk, 60)
    assert "page_not_proven" in acts(desk)


def test_silence_makes_an_urgent_item_graver_and_an_emergency_start_over(cast: Cast) -> None:
    desk = Desk(cast, HELP)
    is_changed(desk, silence_at=desk.now)
    alert = runs(desk)
    assert (alert.level, alert.silence_at, alert.raised_at) == ("emergency", None, desk.now)
    assert [act for act in acts(desk) if act in ("no_answer", "alert_raised")] == [
        "no_answer",
        "alert_raised",
    ]
    assert ("line", "alert_raised", "emergency by silence") in desk.audited(99)
    is_changed(desk, silence_at=desk.now + timedelta(minutes=5))
    alert = runs(desk, 300)
    assert (alert.level, alert.silence_at) == ("emergency", None)
    assert alert.ladder_at == desk.now + timedelta(minutes=5)
    assert acts(desk).count("alert_raised") == 1 and "ladder_restarted" in acts(desk)


def test_silence_makes_a_same_day_item_one_for_any_hour_first(cast: Cast) -> None:
    desk = Desk(cast, WANTS_OUT)
    assert cast.alert().pages_when == "evening"
    is_changed(desk, silence_at=desk.now)
    alert = runs(desk)
    assert (alert.level, alert.pages_when) == ("urgent", "always")
    is_changed(desk, silence_at=desk.now)
    assert runs(desk).level == "emergency"


def test_a_taken_item_that_nobody_answers_is_open_again(desk: Desk) -> None:
    desk.takes(desk.ann)
    due_at = desk.cast.alert().ack_expires_at
    assert due_at == desk.now + timedelta(minutes=5)
    assert runs(desk, 299).state == "acknowledged"
    assert runs(desk, 300).state == "open"
    assert desk.acks()[0][3] == "expired"
    desk.cast.ignore()


def test_who_took_it_by_text_and_is_proven_to_have_heard_keeps_it(desk: Desk) -> None:
    desk.cast.on_call.texts("11").texts("11: are you safe")
    desk.cast.ignore()
    assert desk.cast.alert().ack_expires_at is not None
    alert = runs(desk, 300)
    assert (alert.state, alert.ack_expires_at) == ("acknowledged", None)


def tells(desk: Desk, **change: Any) -> tuple[datetime | None, bool]:
    """Until when the telling waits after it was due, and whether the client was told."""
    is_changed(desk, tell_at=desk.now, **change)
    before = desk.cast.alert().told_at
    alert = runs(desk)
    return alert.tell_at, alert.told_at != before


def test_the_client_is_told_once_that_nobody_has_picked_up(desk: Desk) -> None:
    assert tells(desk) == (None, True)
    assert acts(desk).count("client_told") == 1
    assert tells(desk) == (None, False)
    assert acts(desk).count("client_told") == 1
    desk.cast.stage.rehearsal.settle()
    desk.cast.stage.collect()
    desk.cast.client.hears("Nobody has picked up yet").hears_nothing()
    desk.cast.ignore()


@pytest.mark.parametrize("why", ["is_silent", "cannot_text"])
def test_a_phone_that_must_not_or_cannot_be_texted_is_not_told(desk: Desk, why: str) -> None:
    assert tells(desk, **{why: True}) == (None, False)
    assert "client_told" not in acts(desk)


def test_a_client_whom_the_line_cannot_write_to_keeps_nobody_from_being_paged(desk: Desk) -> None:
    is_changed(desk, tell_at=desk.now, next_at=desk.now, message_id=5)  # no such text
    alert = runs(desk)
    assert (alert.tell_at, alert.told_at) == (None, None)
    assert alert.step == 2 and "client_told" not in acts(desk)


def refuses(desk: Desk, state: State = State.FAILED, reason: str = "cannot_be_texted") -> None:
    with desk.line.database.write() as session:
        reply = session.get_one(Message, desk.alert(session).reply_id)
        reply.state, reply.reason = state, reason


@pytest.mark.parametrize("state", [State.FAILED, State.UNDELIVERED])
def test_a_phone_that_cannot_be_texted_is_told_to_those_who_were_paged(
    desk: Desk, state: State
) -> None:
    is_changed(desk, next_at=desk.now + timedelta(minutes=2), silence_at=desk.now + timedelta(1))
    refuses(desk, state)
    assert escalations.next_at(desk.line, desk.now) == desk.now
    alert = runs(desk, 90)
    assert (alert.cannot_text, alert.silence_at, alert.tell_at) == (True, None, None)
    with desk.line.database.read() as session:
        found = select(Page.staff_id, Page.channel, Page.created_at).join(
            Message, Message.id == Page.message_id
        )
        rows = session.execute(found.where(Message.text_id == "page.cannot_text")).all()
    at = desk.now + timedelta(seconds=90)
    assert sorted(tuple(row) for row in rows) == sorted(
        [(desk.ann, "sms", at), (desk.ben, "sms", at)]
    )
    assert acts(desk).count("cannot_be_texted") == 1
    assert escalations.next_at(desk.line, desk.now) == desk.now + timedelta(minutes=2)
    runs(desk, 95)
    assert acts(desk).count("cannot_be_texted") == 1


@pytest.mark.parametrize(
    ("state", "reason"), [(State.FAILED, "number_gone"), (State.SENT, "cannot_be_texted")]
)
def test_other_trouble_with_the_first_reply_is_no_such(
    desk: Desk, state: State, reason: str
) -> None:
    is_changed(desk)
    refuses(desk, state, reason)
    assert escalations.next_at(desk.line, desk.now) is None
    before = acts(desk)
    assert not runs(desk).cannot_text and acts(desk) == before


def test_one_alerts_trouble_stops_no_others(desk: Desk) -> None:
    desk.cast.stage.phone("0142").texts(KNIFE).ignores()
    desk.cast.ignore()
    second = desk.cast.alert().id
    with desk.line.database.write() as session:
        broken = holding.held(session, desk.id)
        broken.level = "no such level"
    escalations.run(desk.line, desk.now + timedelta(minutes=2))
    with desk.line.database.read() as session:
        assert session.get_one(Escalation, second).step == 2
        assert session.get_one(Escalation, desk.id).step == 1


def test_senders_are_woken_only_when_something_was_done(desk: Desk) -> None:
    woken: list[int] = []
    desk.line.wake.helper = lambda: woken.append(1)
    is_changed(desk)
    runs(desk)
    assert woken == []
    is_changed(desk, next_at=desk.now)
    runs(desk)
    assert woken


def test_the_oldest_alert_is_first(desk: Desk) -> None:
    desk.cast.stage.phone("0142").texts(KNIFE).ignores()
    desk.cast.ignore()
    second = desk.cast.alert().id
    with desk.line.database.write() as session:
        holding.held(session, second).opened_at -= timedelta(minutes=1)
    escalations.run(desk.line, desk.now + timedelta(minutes=2))
    with desk.line.database.read() as session:
        found = select(Page.escalation_id).where(Page.step == 1).order_by(Page.id)
        assert [*dict.fromkeys(session.scalars(found))] == [second, desk.id]


def test_without_a_mail_server_or_screens_nothing_of_theirs_is_due(desk: Desk) -> None:
    assert desk.line.mailer is None and desk.line.pusher is None
    assert escalations.mail_at(desk.line, desk.now) is None
    assert escalations.push_at(desk.line, desk.now) is None
    escalations.push(desk.line, desk.now)


def test_a_mail_that_waits_is_due(desk: Desk) -> None:
    desk.line.mailer = SmtpMailer("smtp://127.0.0.1:9")
    assert escalations.mail_at(desk.line, desk.now) is None
    with desk.line.database.write() as session:
        page = session.scalars(select(Message).where(Message.purpose == "page")).first()
        assert page is not None
        page.channel, page.state, page.due_at = "email", State.QUEUED, desk.now
    assert escalations.mail_at(desk.line, desk.now) == desk.now
