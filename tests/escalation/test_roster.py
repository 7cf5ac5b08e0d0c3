"""Who can be paged, and in which order, as it stands in the tables."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from bot import people
from bot.escalation import roster
from bot.escalation.rota import OnCall
from records.models import Escalation, Override, Rotation, RotationMember, Shift, Staff, Swap
from tests.conversations.urgent.cast import Cast
from tests.escalation.item import Desk

CLIENT = "+16135550141"


class Roster:
    """The rota of the sample data: first on call, second, supervisor."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.line = cast, cast.stage.line
        self.ann, self.ben, self.boss = (cast.staff_id(phone) for phone in cast.workers)

    def load(self) -> roster.Rota:
        with self.line.database.read() as session:
            return roster.load(session, self.line, self.line.now())

    def now(self, worker_id: int | None = None, wish: str = "any") -> tuple[OnCall, bool]:
        """Whom an urgent item would page first, of a client with such a worker and wish."""
        now = self.line.now()
        with self.line.database.write() as session:
            known = people.find(session, self.line, "sms", CLIENT)
            person = known or people.make(session, self.line, "sms", CLIENT, now)
            person.contact.wish = wish
            session.flush()
            alert = Escalation(level="urgent", contact_id=person.contact.id, worker_id=worker_id)
            (first, *others), is_entered = roster.for_alert(session, self.line, alert, now)
            assert others == []
            return first, is_entered

    def order(self, worker_id: int | None = None, wish: str = "any") -> tuple[int | None, ...]:
        found, _ = self.now(worker_id, wish)
        return found.first, found.second

    def place(self, staff_id: int | None) -> str:
        with self.line.database.read() as session:
            return roster.place(session, self.line, staff_id, self.line.now())

    def set(self, staff_id: int, **values: object) -> None:
        with self.line.database.write() as session:
            session.execute(update(Staff).where(Staff.id == staff_id).values(**values))

    def add(self, row: object) -> None:
        with self.line.database.write() as session:
            session.add(row)


@pytest.fixture
def rota(cast: Cast) -> Roster:
    return Roster(cast)


def test_whoever_is_active_and_has_a_phone_can_be_paged(rota: Roster) -> None:
    people, supervisors = rota.load().people, rota.load().supervisors
    assert {rota.ann, rota.ben, rota.boss} <= set(people) and supervisors == (rota.boss,)
    assert list(people) == sorted(people)
    rota.set(rota.ann, is_active=False)
    rota.set(rota.ben, phone_sealed=None)
    assert set(people) - set(rota.load().people) == {rota.ann, rota.ben}
    rota.set(rota.boss, role="operator")
    assert rota.boss not in rota.load().people and rota.load().supervisors == ()


def test_turns_are_in_the_order_of_their_places(rota: Roster) -> None:
    with rota.line.database.write() as session:
        session.execute(delete(RotationMember))
        turn = session.query(Rotation).filter(Rotation.slot == "first").one()
        for position, staff_id in ((3, rota.ann), (1, rota.boss), (2, rota.ben)):
            session.add(RotationMember(rotation_id=turn.id, position=position, staff_id=staff_id))
    found = {turns.rotation.slot: turns.members for turns in rota.load().rotations}
    assert found["first"] == (rota.boss, rota.ben, rota.ann)
    assert all(members == () for slot, members in found.items() if slot != "first")


@pytest.mark.parametrize(("ago", "is_read"), [(-9, True), (1, True), (2, True), (3, False)])
def test_shifts_that_ended_more_than_two_days_ago_are_not_read(
    rota: Roster, ago: int, is_read: bool
) -> None:
    today = rota.line.local(rota.line.now()).date()
    rota.add(
        Shift(
            id=1, slot="second", staff_id=rota.ann, weekdays="0", starts=0, ends=60,
            from_on=today - timedelta(days=9), until_on=today - timedelta(days=ago),
        )
    )  # fmt: skip
    rota.add(
        Shift(
            id=2, slot="second", staff_id=rota.ann, weekdays="0", starts=0, ends=60, from_on=today
        )
    )
    ids = {shift.id for shift in rota.load().shifts}
    assert (1 in ids) is is_read and 2 in ids


@pytest.mark.parametrize(("hours", "is_read"), [(-1, True), (47, True), (48, False), (60, False)])
def test_exchanges_that_ended_more_than_two_days_ago_are_not_read(
    rota: Roster, hours: int, is_read: bool
) -> None:
    now = rota.line.now()
    ends = now - timedelta(hours=hours)
    rota.add(
        Override(
            slot="second", staff_id=rota.ann, starts_at=ends - timedelta(hours=1), ends_at=ends,
            made_by=rota.boss, made_at=ends,
        )
    )  # fmt: skip
    rota.add(
        Swap(
            slot="second", from_staff_id=rota.ben, to_staff_id=rota.ann, starts_at=ends,
            ends_at=ends, asked_at=ends,
        )
    )  # fmt: skip
    assert (bool(rota.load().overrides), bool(rota.load().swaps)) == (is_read, is_read)


def test_a_first_shift_or_override_that_ran_out_shows_that_a_rota_was_made(rota: Roster) -> None:
    with rota.line.database.write() as session:
        session.execute(delete(RotationMember))
        session.execute(delete(Rotation))
    assert not rota.load().was_entered
    today = rota.line.local(rota.line.now()).date()
    long_ago = today - timedelta(days=90)
    rota.add(
        Shift(
            id=1, slot="second", staff_id=rota.ann, weekdays="0", starts=0, ends=60,
            from_on=long_ago, until_on=long_ago,
        )
    )  # fmt: skip
    assert not rota.load().was_entered
    assert rota.now()[1] is False
    with rota.line.database.write() as session:
        session.execute(update(Shift).values(slot="first"))
    assert rota.load().was_entered and rota.now()[1] is True


def test_a_wish_changes_the_order_of_the_two_on_call_and_no_more(rota: Roster) -> None:
    assert rota.order() == (rota.ann, rota.ben)
    rota.set(rota.ann, gender="man")
    rota.set(rota.ben, gender="woman")
    assert rota.order(wish="woman") == (rota.ben, rota.ann)
    assert rota.order(wish="man") == rota.order(wish="any") == (rota.ann, rota.ben)
    rota.set(rota.ben, gender="man")
    assert rota.order(wish="woman") == (rota.ann, rota.ben)
    rota.set(rota.ann, gender="")
    assert rota.order(wish="man") == (rota.ben, rota.ann)


def test_a_wish_with_one_on_call_changes_nothing(rota: Roster) -> None:
    rota.set(rota.ann, gender="man")
    with rota.line.database.write() as session:
        second = session.query(Rotation).filter(Rotation.slot == "second").one()
        session.execute(delete(RotationMember).where(RotationMember.rotation_id == second.id))
        session.delete(second)
    assert rota.order(wish="woman") == (rota.ann, None)
    assert rota.order(rota.boss) == (rota.boss, rota.ann)


def test_their_own_worker_comes_first_while_the_office_is_staffed(rota: Roster) -> None:
    rota.cast.stage.later(hours=2)
    assert rota.order(rota.boss) == (rota.boss, rota.ann)
    assert rota.order(rota.ann) == (rota.ann, rota.ben)
    assert rota.order(5) == (rota.ann, rota.ben)
    rota.set(rota.boss, is_active=False)
    assert rota.order(rota.boss) == (rota.ann, rota.ben)
    rota.set(rota.boss, is_active=True)
    rota.cast.stage.later(hours=12)
    assert rota.order(rota.boss) == (rota.ann, rota.ben)
    rota.cast.ignore()


def test_in_an_emergency_the_order_by_the_rota_counts_beside(rota: Roster) -> None:
    desk = Desk(rota.cast)
    with rota.line.database.write() as session:
        alert = desk.alert(session)
        alert.worker_id = rota.boss
        orders, _ = roster.for_alert(session, rota.line, alert, rota.line.now())
    assert [(one.first, one.second) for one in orders] == [
        (rota.boss, rota.ann),
        (rota.ann, rota.ben),
    ]


def test_each_has_a_place(rota: Roster) -> None:
    found = [rota.place(one) for one in (rota.ann, rota.ben, rota.boss, 5, None)]
    assert found == ["first", "second", "supervisor", "other", "other"]
    assert Desk(rota.cast).ann == rota.ann
