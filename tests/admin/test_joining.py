"""A number that changed and a second phone: nothing shows at the other phone before a meeting."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from bot import people
from records.models import (
    Address,
    AuditEntry,
    Consent,
    Contact,
    Escalation,
    Message,
    Occurrence,
)
from records.models.bookings import Appointment
from records.models.messages import State
from tests.admin.desk import Desk
from tests.stage import Stage

OLD, NEW = "0141", "0142"


class Two:
    """Two records of one client, and a worker who knows."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        stage.phone(OLD).texts("hi blorp one").ignores()
        self.old = self._newest()
        stage.later(minutes=1)
        stage.phone(NEW).texts("hi blorp two").ignores()
        self.new = self._newest()
        self.desk = Desk(stage).sign_in_as("caseworker")

    def _newest(self) -> Contact:
        chosen = select(Contact).order_by(Contact.created_at.desc(), Contact.id.desc()).limit(1)
        with self.stage.line.database.read() as session:
            return session.scalars(chosen).one()

    def of(self, record: Contact) -> Contact:
        with self.stage.line.database.read() as session:
            return session.get_one(Contact, record.id)

    def send(self, act: str = "", **fields: str) -> int:
        path = f"/admin/clients/{self.old.public_id}/join{act}"
        return self.desk.send(path, **fields).status_code

    def joined(self, how: str = "change") -> None:
        assert self.send(number=f"613555{NEW}", how=how) == 303
        assert self.send("/confirm", met="1") == 303

    def whose(self, digits: str) -> int:
        with self.stage.line.database.write() as session:
            found = people.find(session, self.stage.line, "sms", f"+1613555{digits}")
            assert found is not None
            return found.contact.id

    def change(self, act: Callable[[Contact, Contact], None]) -> None:
        with self.stage.line.database.write() as session:
            act(session.get_one(Contact, self.old.id), session.get_one(Contact, self.new.id))


@pytest.fixture
def two(stage: Stage) -> Two:
    return Two(stage)


def test_nothing_of_the_old_record_shows_at_the_new_phone_before_a_meeting(two: Two) -> None:
    assert two.send(number=f"613555{NEW}", how="change") == 303
    assert two.whose(NEW) == two.new.id and two.whose(OLD) == two.old.id
    assert two.of(two.new).joined_to_id is None
    assert two.send("/confirm") == 422
    assert two.whose(NEW) == two.new.id


def test_after_the_meeting_the_new_phone_is_theirs_and_the_old_one_a_strangers(two: Two) -> None:
    two.joined()
    stranger = two.whose(OLD)
    assert two.whose(NEW) == two.old.id and stranger not in (two.old.id, two.new.id)
    two.stage.phone(OLD).texts("who is this").ignores()
    with two.stage.line.database.read() as session:
        theirs = session.scalars(select(Message.contact_id).where(Message.seq == 1)).all()
        assert stranger in theirs
        for address in session.scalars(select(Address)):
            contact = session.get_one(Contact, address.contact_id)
            assert people.identifier_of(two.stage.line, contact, address).startswith("+1613555")
    two.desk.send(f"/admin/conversations/{two.old.public_id}/reply", words="To you", seen="99")
    two.stage.later(seconds=2)
    two.stage.phone(NEW).hears("To you").hears_nothing()
    two.stage.phone(OLD).hears_nothing()


def test_what_waited_for_the_old_phone_does_not_leave(two: Two) -> None:
    tomorrow = (
        two.stage.line.local(two.stage.line.now()).replace(hour=15).strftime("%Y-%m-%dT%H:%M")
    )
    two.change(lambda old, new: setattr(old, "safe_to_text", "yes"))
    answer = two.desk.send(
        f"/admin/conversations/{two.old.public_id}/reply",
        words="Later then", seen="99", later=tomorrow, wants_later="1",
    )  # fmt: skip
    assert answer.status_code == 303
    two.joined()
    two.stage.later(hours=9)
    two.stage.phone(OLD).hears_nothing()
    two.stage.phone(NEW).hears_nothing()
    with two.stage.line.database.read() as session:
        reasons = session.scalars(select(Message.reason).where(Message.state == State.EXPIRED))
        assert list(reasons) == ["number_changed"]


def test_an_old_text_that_was_urgent_after_all_is_an_item_of_the_record_that_goes_on(
    two: Two,
) -> None:
    two.joined("merge")
    path = f"/admin/conversations/{two.new.public_id}/texts/1/level"
    assert two.desk.send(path, level="urgent", reason="He hit her").status_code == 303
    with two.stage.line.database.read() as session:
        assert session.scalars(select(Escalation.contact_id)).one() == two.old.id
    page = two.desk.read("/admin/queue")
    assert "Item 11" in page and two.old.public_id in page
    two.stage.phone("0191").ignores()


def test_an_item_of_somebody_without_a_phone_is_shown_like_any(two: Two) -> None:
    two.stage.phone(OLD).texts("he has a knife").ignores()
    with two.stage.line.database.write() as session:
        session.execute(update(Address).values(contact_id=two.new.id))
    assert two.old.public_id in two.desk.read("/admin/queue")
    for digits in ("0191", "0192"):
        two.stage.phone(digits).ignores()


def test_two_phones_stay_both_theirs(two: Two) -> None:
    two.joined("merge")
    assert two.whose(OLD) == two.whose(NEW) == two.old.id


def test_of_two_answers_the_more_careful_one_holds(two: Two) -> None:
    now = two.stage.line.now()
    said = (
        (two.old, "reminders", True), (two.new, "reminders", False),
        (two.new, "broadcasts", True), (two.old, "check_ins", False), (two.new, "check_ins", True),
    )  # fmt: skip
    with two.stage.line.database.write() as session:
        for record, purpose, given in said:
            session.add(
                Consent(
                    contact_id=record.id, purpose=purpose, given=given, version="1",
                    language="en", how="text", at=now,
                )
            )  # fmt: skip

    def answers(old: Contact, new: Contact) -> None:
        old.safe_to_text, new.safe_to_text, new.is_watched = "yes", "unknown", True

    two.change(answers)
    two.joined("merge")
    joined = two.of(two.old)
    assert joined.safe_to_text == "unknown" and joined.is_watched
    with two.stage.line.database.read() as session:
        rows = session.scalars(
            select(Consent).where(Consent.contact_id == two.old.id).order_by(Consent.id)
        ).all()
    assert {row.purpose: row.given for row in rows} == {
        "reminders": False, "broadcasts": True, "check_ins": False,
    }  # fmt: skip


def test_dates_go_on_and_none_is_had_twice(two: Two) -> None:
    with two.stage.line.database.write() as session:
        first, second = session.scalars(select(Occurrence).order_by(Occurrence.id).limit(2)).all()
        for record, date in ((two.old, first), (two.new, first), (two.new, second)):
            session.add(
                Appointment(
                    occurrence_id=date.id, contact_id=record.id, state="booked", how="text",
                    booked_at=two.stage.line.now(),
                )
            )  # fmt: skip
    two.joined()
    with two.stage.line.database.read() as session:
        owners = list(session.scalars(select(Appointment.contact_id)))
    assert sorted(owners) == sorted([two.old.id, two.old.id, two.new.id])


def test_while_something_urgent_is_open_nothing_moves(two: Two) -> None:
    assert two.send(number=f"613555{NEW}", how="change") == 303
    two.stage.phone(OLD).texts("he has a knife and he is outside my door").ignores()
    assert two.send("/confirm", met="1") == 422
    assert two.whose(NEW) == two.new.id


def test_a_phone_that_never_texted_or_is_unknown_gets_one_answer(two: Two) -> None:
    two.desk.send("/admin/clients/new", number="6135550177", name="")
    path = f"/admin/clients/{two.old.public_id}/join"
    entered = two.desk.send(path, number="6135550177", how="change")
    unknown = two.desk.send(path, number="6135550178", how="change")
    assert entered.status_code == unknown.status_code == 422
    assert "has not texted in. Ask" in entered.text and "has not texted in. Ask" in unknown.text


def test_both_trails_say_who_asked_and_who_confirmed(two: Two) -> None:
    two.joined()
    with two.stage.line.database.read() as session:
        for record in (two.old, two.new):
            acts = session.scalars(
                select(AuditEntry.act)
                .where(AuditEntry.contact_id == record.id, AuditEntry.act.like("joining%"))
                .order_by(AuditEntry.id)
            ).all()
            assert acts == ["joining_asked", "joining_done"]


def test_the_record_that_went_in_is_read_from_the_one_that_goes_on(two: Two) -> None:
    two.joined()
    page = two.desk.read(f"/admin/clients/{two.old.public_id}")
    assert f"/admin/conversations/{two.new.public_id}" in page
    earlier = two.desk.read(f"/admin/conversations/{two.new.public_id}")
    assert "hi blorp two" in earlier and "became part of another" in earlier
    assert 'name="words"' not in earlier
    answer = two.desk.send(f"/admin/conversations/{two.new.public_id}/reply", words="x", seen="9")
    assert answer.status_code == 200
    two.stage.later(seconds=2)
    two.stage.phone(NEW).hears_nothing()


def test_it_was_not_the_same_person(two: Two) -> None:
    assert two.send(number=f"613555{NEW}", how="change") == 303
    assert two.send("/withdraw") == 303
    assert two.of(two.new).joined_to_id is None and two.whose(NEW) == two.new.id
    assert two.send("/confirm", met="1") == 422


def test_joining_two_records_asks_again_who_it_is(two: Two) -> None:
    assert two.send(number=f"613555{NEW}", how="change") == 303
    two.stage.later(minutes=11)
    page = two.desk.read(f"/admin/clients/{two.old.public_id}")
    assert "/admin/confirm?next=" in page and 'name="met"' not in page
    assert two.send("/confirm", met="1") == 303
    assert two.whose(NEW) == two.new.id
    two.desk.send("/admin/confirm")
    assert two.send("/confirm", met="1") == 303
    assert two.whose(NEW) == two.old.id
