"""One client's page, finding them again, and a number that has not texted in."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot import outbox
from records.ids import new_id
from records.models import (
    Address,
    Appointment,
    AuditEntry,
    CheckIn,
    CheckPlan,
    Consent,
    Contact,
    Message,
    Occurrence,
)
from records.models.messages import Lane, State
from tests.admin.desk import Desk, without_ids
from tests.stage import Stage

NUMBER = "+16135550141"


def _client(desk: Desk, act: str = "") -> str:
    return f"/admin/clients/{desk.client_id()}{act}"


def _contact(stage: Stage) -> Contact:
    newest = select(Contact).order_by(Contact.created_at.desc(), Contact.id.desc()).limit(1)
    with stage.line.database.read() as session:
        return session.scalars(newest).one()


def _named(desk: Desk, name: str = "Mary K", wish: str = "any") -> None:
    assert desk.send(_client(desk), name=name, wish=wish).status_code == 303


def _details(stage: Stage, act: str) -> list[str | None]:
    with stage.line.database.read() as session:
        return list(
            session.scalars(
                select(AuditEntry.detail).where(AuditEntry.act == act).order_by(AuditEntry.id)
            )
        )


def test_the_page_says_what_they_chose_and_agreed_to(stage: Stage, worker: Desk) -> None:
    contact, now = _contact(stage), stage.line.now()
    with stage.line.database.write() as session:
        session.get_one(Contact, contact.id).code_word = "x" * 64
        for given, how in ((True, "text"), (False, "staff")):
            session.add(
                Consent(
                    contact_id=contact.id, purpose="reminders", given=given, version="1",
                    language="en", how=how, at=now, recorded_by=worker.worker("oncall").id,
                )
            )  # fmt: skip
        date = session.scalars(select(Occurrence).limit(1)).one()
        session.add(
            Appointment(
                occurrence_id=date.id, contact_id=contact.id, state="booked", how="text",
                rsvp="yes", booked_at=now,
            )
        )  # fmt: skip
    page = worker.read(_client(worker))
    assert "code word" in page and "x" * 10 not in page
    assert "told to a worker: Sample worker on call" in page
    assert "booked" in page and "the line&#39;s usual hours" in page
    assert "not asked" in page and "0141" not in without_ids(page)
    assert "read_client" in worker.acts()


def test_how_they_have_been_is_drawn_and_told_in_a_table(stage: Stage, worker: Desk) -> None:
    contact, now = _contact(stage), stage.line.now()
    with stage.line.database.write() as session:
        plan = CheckPlan(
            id=new_id(), contact_id=contact.id, kind="how", every="week",
            anchor_on=now.date(), at_minute=780, agreed_at=now,
        )  # fmt: skip
        session.add(plan)
        session.flush()
        for week, (state, answer) in enumerate(
            (("answered", "ok"), ("answered", "not_ok"), ("unanswered", None))
        ):
            at = now + timedelta(weeks=week)
            session.add(
                CheckIn(
                    plan_id=plan.id, contact_id=contact.id, meant_at=at, state=state, at=at,
                    answer=answer,
                )
            )  # fmt: skip
    page = worker.read(_client(worker))
    assert page.count("<circle") == 2 and page.count("<rect") == 3
    assert page.count("<figure>") == 2 and "<table" in page.split("<figure>")[2]


def test_everything_sent_is_there_a_page_at_a_time(stage: Stage, worker: Desk) -> None:
    contact = _contact(stage)
    with stage.line.database.write() as session:
        held, address = session.get_one(Contact, contact.id), session.scalars(select(Address)).one()
        for n in range(50):
            row = outbox.enqueue(
                session, stage.line, contact=held, address_id=address.id, body=f"word {n}.",
                purpose="reply", lane=Lane.REPLY, now=stage.line.now(),
            )  # fmt: skip
            session.flush()
            session.get_one(Message, row.id).state = State.DELIVERED
    page = worker.read(_client(worker, "/sent"))
    assert "word 49." in page and "word 10." in page and "word 9." not in page
    older = page.split("before=")[1].split('"')[0]
    assert "word 9." in worker.read(_client(worker, f"/sent?before={older}"))
    assert "read_sent" in worker.acts()


def test_a_client_is_found_by_whole_number_or_three_letters_of_the_name(
    stage: Stage, worker: Desk
) -> None:
    _named(worker)
    here = _client(worker)
    for typed in ("613 555 0141", NUMBER, "mar", "ᒪᕆ"):
        page = worker.send("/admin/clients/find", who=typed).text
        assert (here in page) == (typed != "ᒪᕆ"), typed
    for typed in ("5550141", "0141", "613555014", "ary", "zzz"):
        assert here not in worker.send("/admin/clients/find", who=typed).text, typed
    assert worker.send("/admin/clients/find", who="ma").status_code == 422


def test_each_search_is_written_down_without_what_was_typed(stage: Stage, worker: Desk) -> None:
    worker.send("/admin/clients/find", who=NUMBER)
    worker.send("/admin/clients/find", who="Zebedee")
    assert _details(stage, "find_client") == ["number: 1", "name: 0"]


def test_nobody_lists_clients_by_guessing(stage: Stage, worker: Desk) -> None:
    token = worker.form_token("/admin/clients/find")

    def search() -> int:
        answer = worker.client.post(
            "/admin/clients/find", data={"csrf_token": token, "who": "+16135550999"}
        )
        return answer.status_code

    answers = [search() for _ in range(45)]
    assert answers[:40] == [200] * 40 and set(answers[41:]) == {429}
    assert "too often" in _details(stage, "find_client")
    stage.later(minutes=2)
    assert search() == 200


def test_a_number_from_a_worker_gets_nothing_until_that_phone_texts_in(
    stage: Stage, desk: Desk
) -> None:
    desk.sign_in_as("caseworker")
    answer = desk.send("/admin/clients/new", number="613-555-0177", name="Leah")
    public_id = _contact(stage).public_id
    assert answer.headers["Location"] == f"/admin/clients/{public_id}"
    thread = f"/admin/conversations/{public_id}"
    assert "nothing can be sent to it" in desk.read(thread)
    assert desk.send(f"{thread}/reply", words="hello", seen="1").status_code == 200
    _past_the_panel(stage)
    stage.later(minutes=1)
    stage.phone("0177").hears_nothing()
    with stage.line.database.read() as session:
        row = session.scalars(select(Message).where(Message.direction == "outbound")).one()
        assert (row.state, row.reason) == (State.FAILED, "not_proven")
    stage.phone("0177").texts("hi").ignores()
    assert _contact(stage).public_id == public_id
    assert desk.send(f"{thread}/reply", words="Good to hear", seen="9").status_code == 303
    stage.later(seconds=2)
    stage.phone("0177").hears("Good to hear").hears_nothing()


def _past_the_panel(stage: Stage) -> None:
    """A text that something else wrote down for that phone."""
    with stage.line.database.write() as session:
        contact = session.scalars(select(Contact)).one()
        address = session.scalars(select(Address)).one()
        outbox.enqueue(
            session, stage.line, contact=contact, address_id=address.id, body="hello",
            purpose="staff_confirmed", lane=Lane.REPLY, now=stage.line.now(),
            answered_by_id=1,
        )  # fmt: skip


def test_a_known_number_is_not_added_twice(stage: Stage, worker: Desk) -> None:
    answer = worker.send("/admin/clients/new", number=NUMBER, name="Other")
    assert answer.headers["Location"] == _client(worker)
    with stage.line.database.read() as session:
        assert len(session.scalars(select(Contact)).all()) == 1
    assert "Other" not in worker.read(_client(worker))
    assert worker.send("/admin/clients/new", number="12", name="").status_code == 422


def test_a_name_that_is_code_stays_words(stage: Stage, worker: Desk) -> None:
    _named(worker, "<script>x</script>")
    for path in (_client(worker), worker.thread()):
        assert "<script>x" not in worker.read(path)
    assert "&lt;script&gt;x" in worker.send("/admin/clients/find", who="script").text
