"""What becomes of a page: it arrived, it was withdrawn, or another way is tried."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.escalation import holding, ladder, paging, proof
from bot.line import SecondCarrier
from bot.outbox import carriers
from records.models import Escalation, Message, Page, QueueItem
from records.models.messages import State
from service.rehearsal import stage_config
from tests.conversations.urgent.cast import KNIFE, Cast
from tests.escalation.item import Desk

MINUTE = timedelta(minutes=1)


class Pages:
    """An emergency whose three pages the phone company took and says nothing about."""

    def __init__(self, cast: Cast) -> None:
        for phone in cast.workers:
            cast.stage.network.set_fault("accept_and_drop", number=phone.number)
        self.desk, self.cast, self.line = Desk(cast), cast, cast.stage.line
        self.start = self.line.now()

    def all(self) -> list[Page]:
        with self.line.database.read() as session:
            return list(session.scalars(select(Page).order_by(Page.created_at, Page.id)))

    def of(self, staff_id: int, channel: str) -> Page:
        """The newest page of a worker by a channel."""
        found = [p for p in self.all() if (p.staff_id, p.channel) == (staff_id, channel)]
        return found[-1]

    def ways(self) -> list[tuple[int | None, str]]:
        """Who was tried by what, sorted."""
        return sorted((page.staff_id, page.channel) for page in self.all())

    def ends(self, page: Page, state: State, reason: str | None = None, after: float = 0) -> None:
        """The phone company says at last what became of it."""
        with self.line.database.write() as session:
            message = session.get_one(Message, page.message_id)
            message.state, message.reason = state, reason
            message.final_at = self.start + timedelta(seconds=after)

    def check(self, page: Page, after: float = 90) -> Page:
        """Looks at a page so many seconds after the start; the page as it is then."""
        now = self.start + timedelta(seconds=after)
        with self.line.database.write() as session:
            proof.check(session, self.line, page.id, now)
        with self.line.database.read() as session:
            return session.get_one(Page, page.id)

    def due(self, after: float) -> tuple[list[int], datetime | None]:
        now = self.start + timedelta(seconds=after)
        with self.line.database.read() as session:
            return proof.due(session, now), proof.next_at(session, now)

    def item(self, subject: str = "no_page_arrives") -> QueueItem | None:
        """The newest alarm of that kind."""
        with self.line.database.read() as session:
            found = select(QueueItem).where(QueueItem.subject == subject)
            return session.scalars(found.order_by(QueueItem.id.desc())).first()


@pytest.fixture
def pages(cast: Cast) -> Pages:
    return Pages(cast)


def test_a_page_is_looked_at_when_its_minute_is_over_or_its_end_is_known(pages: Pages) -> None:
    ids = [page.id for page in pages.all()]
    assert [page.check_at for page in pages.all()] == [pages.start + MINUTE] * 3
    assert pages.due(59.9) == ([], pages.start + MINUTE)
    assert sorted(pages.due(60)[0]) == sorted(ids)
    assert pages.due(60)[1] == pages.start + MINUTE
    for state in (State.DELIVERED, State.FAILED, State.UNDELIVERED, State.EXPIRED):
        pages.ends(pages.all()[1], state)
        assert pages.due(1) == ([ids[1]], pages.start + timedelta(seconds=1))
    pages.ends(pages.all()[1], State.SENT)
    assert pages.due(1) == ([], pages.start + MINUTE)


def test_what_waited_longest_is_looked_at_first_and_what_is_settled_not_at_all(
    pages: Pages,
) -> None:
    first, second, third = pages.all()
    with pages.line.database.write() as session:
        session.get_one(Page, third.id).check_at = pages.start + timedelta(seconds=20)
        session.get_one(Page, first.id).check_at = None
    assert pages.due(10) == ([], pages.start + timedelta(seconds=20))
    assert pages.due(60)[0] == [third.id, second.id]
    pages.ends(first, State.DELIVERED)
    assert pages.due(10)[0] == []


def test_a_page_that_arrived_is_proven_from_then_on_and_nothing_follows(pages: Pages) -> None:
    page = pages.of(pages.desk.ben, "sms")
    pages.ends(page, State.DELIVERED, after=7)
    before = pages.ways()
    row = pages.check(page)
    assert (row.proven_at, row.failed_at, row.check_at) == (
        pages.start + timedelta(seconds=7),
        None,
        None,
    )
    assert pages.desk.audited() == [("line", "page_delivered", f"staff:{pages.desk.ben} sms")]
    assert pages.ways() == before
    assert pages.check(page, 95).proven_at == row.proven_at
    assert pages.cast.audited().count("page_delivered") == 1


def test_a_call_that_a_person_picked_up_needs_no_other_proof(pages: Pages) -> None:
    page = pages.of(pages.desk.ann, "voice")
    with pages.line.database.write() as session:
        session.get_one(Page, page.id).proven_at = pages.start + timedelta(seconds=3)
    row = pages.check(page)
    assert row.proven_at == pages.start + timedelta(seconds=3)
    assert row.failed_at is None
    assert pages.desk.audited() == [("line", "page_delivered", f"staff:{pages.desk.ann} voice")]


def test_a_delivery_without_its_time_counts_from_when_it_is_seen(pages: Pages) -> None:
    page = pages.of(pages.desk.ben, "sms")
    pages.ends(page, State.DELIVERED)
    with pages.line.database.write() as session:
        session.get_one(Message, page.message_id).final_at = None
    assert pages.check(page, 33).proven_at == pages.start + timedelta(seconds=33)


def test_a_page_that_was_called_back_failed_and_nobody_is_tried_for_it(pages: Pages) -> None:
    page, before = pages.of(pages.desk.ben, "sms"), pages.ways()
    pages.ends(page, State.EXPIRED, "no_longer_needed")
    row = pages.check(page, 5)
    assert (row.failed_at, row.proven_at) == (pages.start + timedelta(seconds=5), None)
    assert pages.ways() == before
    assert "page_not_proven" not in pages.cast.audited()


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (State.EXPIRED, "too_late"),
        (State.FAILED, "no_longer_needed"),
        (State.UNDELIVERED, "number_gone"),
        (State.SENT, None),
    ],
)
def test_a_text_that_did_not_arrive_is_followed_by_a_call(
    pages: Pages, state: State, reason: str | None
) -> None:
    page = pages.of(pages.desk.ben, "sms")
    pages.ends(page, state, reason)
    row = pages.check(page)
    assert (row.failed_at, row.check_at) == (pages.start + timedelta(seconds=90), None)
    call = pages.of(pages.desk.ben, "voice")
    assert call.created_at == row.failed_at and call.check_at == row.failed_at + MINUTE
    with pages.line.database.read() as session:
        message = session.get_one(Message, call.message_id)
        assert (message.text_id, message.channel) == ("page.voice", "voice")
        assert message.due_at == row.failed_at
    assert ("line", "page_not_proven", f"staff:{pages.desk.ben} sms") in pages.desk.audited(2)
    assert pages.item() is None


def test_who_was_called_beside_the_text_is_not_called_for_it_again(pages: Pages) -> None:
    before = pages.ways()
    pages.check(pages.of(pages.desk.ann, "sms"))
    assert pages.ways() == before
    assert pages.item() is None  # another page may still arrive


def test_a_call_before_this_rung_counts_for_nothing(pages: Pages) -> None:
    call = pages.of(pages.desk.ann, "voice")
    with pages.line.database.write() as session:
        session.get_one(Page, call.id).created_at -= timedelta(seconds=1)
    pages.check(pages.of(pages.desk.ann, "sms"))
    assert pages.ways().count((pages.desk.ann, "voice")) == 2


def test_a_colleagues_call_or_one_about_another_item_counts_for_nothing(pages: Pages) -> None:
    call = pages.of(pages.desk.ann, "voice")
    with pages.line.database.write() as session:
        session.add(
            Page(
                escalation_id=None, queue_item_id=7, staff_id=pages.desk.ben, channel="voice",
                created_at=call.created_at,
            )
        )  # fmt: skip
    pages.check(pages.of(pages.desk.ben, "sms"))
    assert pages.ways().count((pages.desk.ben, "voice")) == 2


def test_when_the_last_page_fails_the_next_rung_is_due_and_the_others_come_nearer(
    pages: Pages,
) -> None:
    began = pages.cast.alert().ladder_at
    for staff, channel in ((pages.desk.ann, "sms"), (pages.desk.ben, "sms")):
        pages.check(pages.of(staff, channel))
    pages.check(pages.of(pages.desk.ann, "voice"))
    assert pages.item() is None
    assert pages.cast.alert().ladder_at == began
    pages.check(pages.of(pages.desk.ben, "voice"), 100)
    item, alert = pages.item(), pages.cast.alert()
    assert item is not None
    assert (item.kind, item.level, item.dedupe_key) == (
        "alarm",
        "emergency",
        "alarm:no_page_arrives",
    )
    now = pages.start + timedelta(seconds=100)
    assert item.opened_at == now == alert.next_at
    assert alert.ladder_at == now - timedelta(minutes=2)  # rung 1 is at two minutes


def test_a_page_that_arrived_at_this_rung_leaves_the_ladder_as_it_is(pages: Pages) -> None:
    pages.ends(pages.of(pages.desk.ann, "sms"), State.DELIVERED)
    pages.check(pages.of(pages.desk.ann, "sms"))
    due_at = pages.cast.alert().next_at
    pages.check(pages.of(pages.desk.ben, "sms"))
    pages.check(pages.of(pages.desk.ben, "voice"))
    pages.check(pages.of(pages.desk.ann, "voice"))
    assert pages.item() is None and pages.cast.alert().next_at == due_at


def _all_fail(pages: Pages) -> None:
    while left := [page for page in pages.all() if page.check_at is not None]:
        pages.check(left[0])


@pytest.mark.parametrize(("step", "is_sooner"), [(1, True), (3, True), (4, False), (5, False)])
def test_once_everybody_is_being_paged_nothing_comes_sooner_and_the_alarm_stands(
    pages: Pages, step: int, is_sooner: bool
) -> None:
    with pages.line.database.write() as session:
        alert = holding.held(session, pages.desk.id)
        alert.step, alert.next_at = step, ladder.due_at(alert.level, step, alert.ladder_at)
    due_at = pages.cast.alert().next_at
    _all_fail(pages)
    assert pages.item() is not None
    now = pages.start + timedelta(seconds=90)
    assert pages.cast.alert().next_at == (now if is_sooner else due_at)


@pytest.mark.parametrize("state", [holding.ACKNOWLEDGED, holding.RESOLVED])
def test_nobody_else_is_tried_once_somebody_has_it(pages: Pages, state: str) -> None:
    with pages.line.database.write() as session:
        holding.held(session, pages.desk.id).state = state
    before = pages.ways()
    _all_fail(pages)
    assert pages.ways() == before and pages.item() is None
    assert "page_not_proven" in pages.cast.audited()


def test_a_page_that_arrives_ends_the_alarm_that_none_does_and_no_other(pages: Pages) -> None:
    _all_fail(pages)
    with pages.line.database.write() as session:
        session.add(
            QueueItem(
                kind="alarm", level="urgent", opened_at=pages.start, subject="rota_gap",
                dedupe_key="alarm:rota_gap",
            )
        )  # fmt: skip
    page = pages.of(pages.desk.ann, "sms")
    with pages.line.database.write() as session:
        session.get_one(Page, page.id).check_at = pages.start
    pages.ends(page, State.DELIVERED)
    pages.check(page, 120)
    item, other = pages.item(), pages.item("rota_gap")
    assert item is not None and other is not None and other.resolved_at is None
    assert (item.resolved_at, item.outcome) == (pages.start + timedelta(minutes=2), "mended")
    pages.check(page, 180)
    with pages.line.database.write() as session:
        session.get_one(Page, page.id).check_at = pages.start
    pages.check(page, 240)
    again = pages.item()
    assert again is not None and again.resolved_at == pages.start + timedelta(minutes=2)


def test_what_arrived_at_the_rung_before_is_no_hope_for_this_one(pages: Pages) -> None:
    for page in pages.all():
        pages.ends(page, State.DELIVERED)
        pages.check(page, 5)
    with pages.line.database.write() as session:
        alert = holding.held(session, pages.desk.id)
        paging.climb(session, pages.line, alert, pages.start + timedelta(minutes=2))
    for page in pages.all():
        pages.check(page, 185)
    assert pages.item() is not None
    assert pages.cast.alert().next_at == pages.start + timedelta(seconds=185)


def test_a_page_about_another_item_is_no_hope_for_this_one(pages: Pages) -> None:
    pages.cast.stage.phone("0142").texts(KNIFE).ignores()
    other = pages.cast.alert()
    for page in pages.all():
        if page.escalation_id == pages.desk.id:
            pages.check(page)
    assert [page.channel for page in pages.all()].count("voice") == 3
    last = pages.of(pages.desk.ben, "voice")
    assert last.escalation_id == pages.desk.id
    pages.check(last)
    assert pages.item() is not None
    with pages.line.database.read() as session:
        assert session.get_one(Escalation, other.id).next_at == other.next_at
        assert session.get_one(Escalation, pages.desk.id).next_at == pages.start + 1.5 * MINUTE


def test_an_alarms_page_is_only_settled(pages: Pages) -> None:
    page = pages.of(pages.desk.ben, "sms")
    with pages.line.database.write() as session:
        row = session.get_one(Page, page.id)
        row.escalation_id, row.queue_item_id = None, 7
    assert pages.check(page).failed_at == pages.start + 1.5 * MINUTE
    assert "page_not_proven" not in pages.cast.audited()


OTHER = SecondCarrier("AC" + "1" * 32, ("the second's own",), "+16135550102")


@pytest.fixture
def two() -> Pages:
    """The same, with a second phone company; all pages begin with the first."""
    cast = Cast(config=replace(stage_config(), second=OTHER))
    with cast.stage.line.database.write() as session:
        carriers.failed(session, cast.stage.line, carriers.SECOND, cast.stage.line.now())
    return Pages(cast)


def _by(two: Pages, page: Page) -> tuple[int, float]:
    """By which phone company a page goes, and how many seconds after the start."""
    with two.line.database.read() as session:
        message = session.get_one(Message, page.message_id)
        assert message.due_at is not None
        return message.carrier, (message.due_at - two.start).total_seconds()


def _weight(two: Pages, after: float) -> int:
    with two.line.database.read() as session:
        return carriers.weight(session, two.start + timedelta(seconds=after))


def test_with_another_phone_company_a_text_is_waited_for_less_and_goes_again_by_it(
    two: Pages,
) -> None:
    text = two.of(two.desk.ben, "sms")
    assert text.check_at == two.start + timedelta(seconds=25)
    assert two.of(two.desk.ann, "voice").check_at == two.start + MINUTE
    before = _weight(two, 25)
    two.check(text, 25)
    again, call = two.of(two.desk.ben, "sms"), two.of(two.desk.ben, "voice")
    assert again.id != text.id
    assert _by(two, again) == _by(two, call) == (carriers.SECOND, 25)
    assert again.check_at == call.check_at == two.start + timedelta(seconds=85)
    assert _weight(two, 25) < before
    with two.line.database.read() as session:
        assert session.get_one(Message, again.message_id).text_id == "page.urgent"
    ways = two.ways()
    two.check(again, 85)  # nor does the other one say anything: the first has its turn again
    assert _by(two, two.of(two.desk.ben, "sms")) == (carriers.FIRST, 85)
    assert len(two.ways()) == len(ways) + 1


def test_a_text_that_the_other_one_has_already_is_not_written_a_third_time(two: Pages) -> None:
    text = two.of(two.desk.ben, "sms")
    with two.line.database.write() as session:
        alert = holding.held(session, two.desk.id)
        made = paging.page(session, two.line, alert, two.desk.ben, "sms", "page.more",
            two.start + 2 * MINUTE)  # fmt: skip
        assert made is not None
        session.get_one(Message, made.message_id).carrier = carriers.SECOND
    two.check(text, 25)
    assert two.ways().count((two.desk.ben, "sms")) == 2


def test_a_colleagues_text_by_the_other_one_is_no_reason_not_to_write(two: Pages) -> None:
    theirs = [page.message_id for page in two.all() if page.staff_id == two.desk.ann]
    with two.line.database.write() as session:
        for message_id in theirs:
            session.get_one(Message, message_id).carrier = carriers.SECOND
    two.check(two.of(two.desk.ben, "sms"), 25)
    assert two.ways().count((two.desk.ben, "sms")) == 2


@pytest.mark.parametrize("state", [State.FAILED, State.UNDELIVERED, State.EXPIRED])
def test_a_text_that_was_refused_is_no_silence_of_the_phone_company(
    two: Pages, state: State
) -> None:
    text, before = two.of(two.desk.ben, "sms"), _weight(two, 25)
    two.ends(text, state)
    two.check(text, 25)
    assert two.ways().count((two.desk.ben, "sms")) == 1
    assert two.ways().count((two.desk.ben, "voice")) == 1
    assert _weight(two, 25) == before


def test_a_call_that_nothing_proves_goes_again_by_the_other(two: Pages) -> None:
    two.check(two.of(two.desk.ann, "voice"), 60)
    again = two.of(two.desk.ann, "voice")
    assert two.ways().count((two.desk.ann, "voice")) == 2
    assert _by(two, again) == (carriers.SECOND, 60)
    assert again.check_at == two.start + 2 * MINUTE


def test_with_one_phone_company_nothing_is_said_twice(pages: Pages) -> None:
    pages.check(pages.of(pages.desk.ben, "sms"))
    assert pages.ways().count((pages.desk.ben, "sms")) == 1
