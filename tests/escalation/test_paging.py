"""Whom a rung pages, by what and in which words; what waits, and what is called back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from bot.escalation import holding, paging
from records.models import Message, Page, QueueItem, Rotation, RotationMember, Staff
from records.models.messages import State
from service.rehearsal import ZONE
from tests.conversations.urgent.cast import HELP, KNIFE, WANTS_OUT, Cast
from tests.escalation.item import Desk


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return Desk(cast)


def climbs(desk: Desk, minutes: float = 0, **change: object) -> list[tuple[int, str, str]]:
    """The alert as changed climbs so many minutes on: (worker, channel, text) of each new page."""
    before = {page.id for page, _ in paged(desk)}
    now = desk.now + timedelta(minutes=minutes)
    with desk.line.database.write() as session:
        alert = holding.held(session, desk.id)
        for name, value in change.items():
            setattr(alert, name, value)
        paging.climb(session, desk.line, alert, now)
    return [
        (page.staff_id or 0, page.channel, message.text_id or "" if message else "")
        for page, message in paged(desk)
        if page.id not in before
    ]


def paged(desk: Desk) -> list[tuple[Page, Message | None]]:
    """Every page about the item with what was written for it, in the order they were made."""
    with desk.line.database.read() as session:
        found = select(Page, Message).outerjoin(Message, Message.id == Page.message_id)
        rows = session.execute(found.where(Page.escalation_id == desk.id).order_by(Page.id))
        return [(page, message) for page, message in rows]


def forget_pages(desk: Desk) -> None:
    with desk.line.database.write() as session:
        session.execute(delete(Page))


def alarm(desk: Desk, subject: str) -> QueueItem:
    with desk.line.database.read() as session:
        return session.scalars(select(QueueItem).where(QueueItem.subject == subject)).one()


def stood(desk: Desk) -> tuple[int, datetime, datetime | None]:
    alert = desk.cast.alert()
    return alert.step, alert.ladder_at, alert.next_at


def test_each_rung_sets_the_next(desk: Desk) -> None:
    start = desk.now
    assert stood(desk) == (1, start, start + timedelta(minutes=2))
    climbs(desk, 2)
    assert stood(desk) == (2, start, start + timedelta(minutes=5))
    climbs(desk, 16)  # nothing ran for a while
    assert stood(desk) == (5, start, start + timedelta(minutes=20))
    assert [page.step for page, _ in paged(desk)][-1] == 4


def test_at_night_a_same_day_item_waits_for_the_morning_and_keeps_its_rung() -> None:
    late = Cast(datetime(2026, 11, 30, 21, 30, tzinfo=ZONE))
    desk = Desk(late, WANTS_OUT)
    morning = datetime(2026, 12, 1, 9, 0, tzinfo=ZONE)
    assert paged(desk) == []
    assert stood(desk) == (0, morning, morning)
    assert climbs(desk, 60) == []
    assert stood(desk) == (0, morning, morning)
    began = desk.now - timedelta(minutes=4)
    assert climbs(desk, step=1, ladder_at=began) == []
    assert stood(desk) == (1, morning - timedelta(minutes=5), morning)


def test_an_item_for_any_hour_is_paged_at_any_hour() -> None:
    desk = Desk(Cast(datetime(2026, 11, 30, 3, 0, tzinfo=ZONE)))
    assert len(paged(desk)) == 3


def test_a_probe_of_the_line_itself_is_paged_to_nobody(desk: Desk) -> None:
    forget_pages(desk)
    assert climbs(desk, 2, is_probe=True) == [(0, "probe", "page.urgent")]
    (page, message) = paged(desk)[0]
    assert page.staff_id is None
    assert message is not None and (message.channel, message.staff_id) == ("probe", 0)
    assert page.created_at == desk.now + timedelta(minutes=2)
    assert stood(desk)[0] == 2


def test_a_ladder_that_started_over_tries_whom_the_first_would_be_trying_by_now(
    desk: Desk,
) -> None:
    now = desk.now + timedelta(minutes=10)
    tried = climbs(desk, 10, step=0, ladder_at=now)
    boss = desk.cast.staff_id(desk.cast.supervisor)
    assert {(who, way) for who, way, _ in tried} == {
        (who, way) for who in (desk.ann, desk.ben, boss) for way in ("sms", "voice")
    }
    assert stood(desk) == (1, now, now + timedelta(minutes=2))
    climbs(desk, 12)
    # The new ladder's next rung is at 15 minutes, and so is that of the first.
    assert stood(desk) == (2, now, desk.now + timedelta(minutes=15))


def test_the_first_ladder_comes_before_the_new_ones_next_rung(desk: Desk) -> None:
    now = desk.now + timedelta(minutes=4)
    climbs(desk, 4, step=1, ladder_at=now - timedelta(minutes=2))
    assert stood(desk) == (2, now - timedelta(minutes=2), desk.now + timedelta(minutes=5))


def test_a_raised_item_counts_from_when_it_was_raised(desk: Desk) -> None:
    now = desk.now + timedelta(minutes=30)
    tried = climbs(desk, 30, step=0, ladder_at=now, raised_at=now)
    assert {(who, way) for who, way, _ in tried} == {
        (desk.ann, "sms"),
        (desk.ann, "voice"),
        (desk.ben, "sms"),
    }
    assert stood(desk) == (1, now, now + timedelta(minutes=2))


def test_a_same_day_items_ladder_counts_from_the_morning(desk: Desk) -> None:
    now = desk.now + timedelta(minutes=60)  # ten in the morning
    tried = climbs(desk, 60, step=0, ladder_at=now, pages_when="evening", level="urgent")
    assert {who for who, _, _ in tried} == {desk.ann}
    assert stood(desk) == (1, now, now + timedelta(minutes=5))


def test_a_page_says_what_is_new_about_it(desk: Desk) -> None:
    assert [(who, way, text) for who, way, text in climbs(desk, 2)] == [
        (desk.ann, "sms", "page.again"),
        (desk.ann, "voice", "page.voice"),
    ]
    forget_pages(desk)
    assert climbs(desk, cannot_text=True, step=0) == [
        (desk.ann, "sms", "page.cannot_text"),
        (desk.ann, "voice", "page.voice"),
        (desk.ben, "sms", "page.cannot_text"),
    ]
    forget_pages(desk)
    drill = climbs(desk, 0, cannot_text=False, is_drill=True, step=0)
    assert [text for _, _, text in drill] == ["page.drill", "page.voice_drill", "page.drill"]


def test_a_page_of_the_ladder_before_makes_the_next_no_repeat(desk: Desk) -> None:
    later = desk.now + timedelta(seconds=1)
    tried = climbs(desk, 1, step=0, ladder_at=later, raised_at=later)
    assert [text for _, _, text in tried] == ["page.urgent", "page.voice", "page.urgent"]


def test_a_page_is_written_down_with_its_rung_and_its_minute(desk: Desk) -> None:
    climbs(desk, 2)
    page, message = paged(desk)[-1]
    now = desk.now + timedelta(minutes=2)
    assert message is not None
    assert (page.channel, page.step, page.created_at) == ("voice", 1, now)
    assert page.check_at == now + timedelta(seconds=60)
    assert (message.due_at, message.lane, message.purpose) == (now, 0, "page")
    assert desk.audited() == [("line", "paged", f"staff:{desk.ann} voice step 1")]


def test_with_nobody_on_call_everybody_is_paged_and_the_alarm_says_why(desk: Desk) -> None:
    forget_pages(desk)
    with desk.line.database.write() as session:
        ended = desk.line.local(desk.now).date() - timedelta(days=1)
        session.execute(update(Rotation).values(until_on=ended))
    tried = climbs(desk, step=0)
    assert {text for _, way, text in tried if way == "sms"} == {"page.nobody_on_call"}
    assert len({who for who, _, _ in tried}) == 3
    item = alarm(desk, "nobody_on_call")
    assert (item.kind, item.level, item.dedupe_key) == ("alarm", "urgent", "alarm:nobody_on_call")
    assert item.opened_at == desk.now
    with desk.line.database.write() as session:
        session.execute(delete(RotationMember))
        session.execute(delete(Rotation))
    climbs(desk, 1, step=0)
    assert alarm(desk, "no_rota").level == "urgent"


def test_with_nobody_who_has_a_phone_the_alarm_is_an_emergency(desk: Desk) -> None:
    with desk.line.database.write() as session:
        session.execute(update(Staff).values(phone_sealed=None))
    assert climbs(desk, 2) == []
    item = alarm(desk, "nobody_to_page")
    assert (item.kind, item.level) == ("alarm", "emergency")
    assert (item.dedupe_key, item.opened_at) == (
        "alarm:nobody_to_page",
        desk.now + timedelta(minutes=2),
    )


def test_who_left_or_has_no_phone_is_not_paged(desk: Desk) -> None:
    with desk.line.database.write() as session:
        alert = holding.held(session, desk.id)
        for change in ({"is_active": False}, {"is_active": True, "phone_sealed": None}):
            session.execute(update(Staff).where(Staff.id == desk.ann).values(**change))
            session.expire_all()
            for way in ("sms", "voice", "email"):
                made = paging.page(session, desk.line, alert, desk.ann, way, "page.more", desk.now)
                assert made is None
        assert paging.page(session, desk.line, alert, 5, "sms", "page.more", desk.now) is None


def more(desk: Desk, after: float) -> list[tuple[int, float, str]]:
    """The client texts again so many seconds later: (worker, due after, text) of each new page."""
    before = len(paged(desk))
    now = desk.now + timedelta(seconds=after)
    desk.does(lambda s, a: paging.more(s, desk.line, a, now))
    return [
        (page.staff_id or 0, (message.due_at - desk.now).total_seconds(), message.text_id or "")
        for page, message in paged(desk)[before:]
        if message is not None and message.due_at is not None
    ]


def test_further_texts_are_one_page_a_minute_to_each(desk: Desk) -> None:
    both = sorted((desk.ann, desk.ben))
    assert more(desk, 10) == [(who, 60, "page.more") for who in both]
    checks = {page.check_at for page, message in paged(desk)[3:]}
    assert checks == {desk.now + timedelta(seconds=120)}
    assert more(desk, 20) == []  # one that waits is enough
    with desk.line.database.write() as session:
        waiting = select(Page.message_id).where(Page.escalation_id == desk.id)
        sent = update(Message).where(Message.id.in_(waiting), Message.state == State.QUEUED)
        session.execute(sent.values(state=State.SENT))
    assert more(desk, 70) == [(who, 120, "page.more") for who in both]


def test_a_minute_after_the_last_page_the_next_goes_at_once(desk: Desk) -> None:
    assert {due for _, due, _ in more(desk, 60)} == {60}
    assert {due for _, due, _ in more(desk, 300)} == {300}


def test_a_page_of_another_item_counts_for_the_minute_and_one_called_back_does_not(
    desk: Desk,
) -> None:
    with desk.line.database.write() as session:
        session.execute(update(Message).where(Message.staff_id == desk.ann).values(
            state=State.EXPIRED))  # fmt: skip
    assert dict((who, due) for who, due, _ in more(desk, 10)) == {desk.ann: 10, desk.ben: 60}


@pytest.mark.parametrize(("after", "due"), [(3599, 5460), (3601, 3601)])
def test_the_minute_is_of_pages_of_the_last_hour(desk: Desk, after: float, due: float) -> None:
    (first,) = [p for p, _ in paged(desk) if (p.staff_id, p.channel) == (desk.ben, "sms")]
    with desk.line.database.write() as session:
        session.get_one(Message, first.message_id).due_at = desk.now + timedelta(minutes=90)
    assert dict((who, at) for who, at, _ in more(desk, after)) == {desk.ann: after, desk.ben: due}


def test_while_somebody_has_it_only_they_hear_of_more(desk: Desk) -> None:
    desk.takes(desk.ben)
    assert [who for who, _, _ in more(desk, 300)] == [desk.ben]


def test_once_it_is_given_back_those_who_were_paged_hear_of_more(desk: Desk) -> None:
    desk.takes(desk.ben)
    desk.does(lambda s, a: setattr(a, "state", holding.OPEN))
    assert [who for who, _, _ in more(desk, 300)] == sorted((desk.ann, desk.ben))


def test_of_a_probe_nobody_hears_more(desk: Desk) -> None:
    desk.does(lambda s, a: setattr(a, "is_probe", True))
    assert more(desk, 300) == []


def test_those_paged_are_of_this_ladder_and_each_once(cast: Cast) -> None:
    desk = Desk(cast, HELP)
    boss = cast.staff_id(cast.supervisor)
    climbs(desk, 30)

    def people(minutes: float) -> list[int]:
        with desk.line.database.write() as session:
            alert = holding.held(session, desk.id)
            alert.ladder_at = desk.now + timedelta(minutes=minutes)
            return paging.paged_people(session, alert)

    assert people(0) == people(30) == sorted((desk.ann, desk.ben, boss))
    assert people(30.1) == []


def test_pages_that_have_not_left_are_called_back_and_no_others(desk: Desk) -> None:
    climbs(desk, 2)
    (_, text), (_, call) = paged(desk)[3:]
    assert text is not None and call is not None
    with desk.line.database.write() as session:
        session.get_one(Message, call.id).state = State.SENDING
    now = desk.now + timedelta(minutes=3)
    desk.does(lambda s, a: paging.withdraw(s, a, now))

    def became(row: Message) -> tuple[str, str | None, datetime | None]:
        with desk.line.database.read() as session:
            one = session.get_one(Message, row.id)
            return one.state, one.reason, one.final_at

    assert became(text) == (State.EXPIRED, "no_longer_needed", now)
    assert became(call) == (State.SENDING, None, None)
    assert {message.state for _, message in paged(desk)[:3] if message} == {State.DELIVERED}


def test_calling_one_items_pages_back_leaves_the_others(desk: Desk) -> None:
    desk.cast.stage.phone("0142").texts(KNIFE).ignores()
    other = desk.cast.alert()
    assert other.id != desk.id
    desk.cast.ignore()
    climbs(desk, 2)
    with desk.line.database.write() as session:
        paging.withdraw(session, holding.held(session, other.id), desk.now)
    assert {message.state for _, message in paged(desk)[3:] if message} == {State.QUEUED}
