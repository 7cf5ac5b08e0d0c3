"""The page on safety and rights: what a worker may do there, and what is written down."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.own_words import MASK
from records.models import Contact, DutyFlag, Erasure, Message
from tests.admin.desk import KNIFE, UNCLEAR, Desk


def row(worker: Desk) -> Contact:
    with worker.line.database.read() as session:
        return session.scalars(select(Contact)).one()


def test_a_word_chosen_together_works_by_text_and_is_read_by_nobody(worker: Desk) -> None:
    act = worker.thread("/safety/word")
    assert worker.send(act, kind="duress", word="is the bus late").status_code == 303
    page = worker.read(worker.thread("/safety"))
    assert "Quiet call: set" in page and "bus late" not in page
    phone = worker.stage.phone()
    worker.stage.later(minutes=1)
    phone.texts("Is the bus late?").hears("OK")
    with worker.line.database.read() as session:
        newest = session.scalars(
            select(Message).where(Message.direction == "inbound").order_by(Message.seq.desc())
        ).first()
        assert newest is not None and newest.level == "emergency"
        ref = session.scalars(select(Contact.data_key)).one()
        where = f"message.body:{newest.id}"
        assert worker.line.vault.open(ref, where, newest.body_sealed or b"") == MASK
    assert "own_word_set" in worker.acts()


def test_a_word_that_the_line_knows_or_nobody_could_is_refused(worker: Desk) -> None:
    act = worker.thread("/safety/word")
    for word, said in (("menu", "means something else"), ("abc", "Too short"), ("x" * 50, "Too")):
        answer = worker.send(act, kind="code", word=word)
        assert answer.status_code == 422 and said in answer.text
    assert worker.send(act, kind="name", word="blue mitten").status_code == 404
    assert row(worker).code_word is None


def test_only_a_supervisor_holds_for_a_court(worker: Desk) -> None:
    act = worker.thread("/safety/hold")
    assert worker.send(act, hold="1").status_code == 404
    boss = Desk(worker.stage).sign_in_as("supervisor")
    assert boss.send(act, hold="1").status_code == 303
    assert row(worker).legal_hold_at is not None
    assert "nothing of theirs may be deleted" in worker.read(worker.thread("/safety"))
    assert boss.send(act, hold="0").status_code == 303
    assert row(worker).legal_hold_at is None
    assert {"legal_hold", "legal_hold_ended"} <= set(worker.acts())


def test_an_erasure_is_confirmed_by_who_spoke_with_the_client(worker: Desk) -> None:
    act = worker.thread("/erase")
    assert worker.send(act, how="voice").status_code == 303  # did not say that they spoke
    assert worker.send(act, how="text", spoken="1").status_code == 303
    with worker.line.database.read() as session:
        assert session.scalars(select(Erasure)).all() == []
    worker.send(act, how="voice", spoken="1")
    with worker.line.database.read() as session:
        wish = session.scalars(select(Erasure)).one()
    assert wish.due_at == worker.line.now() + timedelta(days=7) and wish.how == "voice"
    assert "It is done on" in worker.read(worker.thread("/safety"))
    assert worker.send(worker.thread("/erase/undo")).status_code == 303
    assert row(worker).erase_asked_at is None
    worker.stage.later(days=8)
    assert row(worker).erased_at is None


def test_a_copy_needs_an_agreed_way_and_is_written_down(worker: Desk) -> None:
    act = worker.thread("/copy")
    assert worker.send(act).status_code == 303
    answer = worker.send(act, agreed="in_person")
    assert answer.status_code == 200 and UNCLEAR in answer.text
    assert worker.acts().count("made_copy") == 1
    worker.stage.phone().ignores()
    worker.stage.later(days=2)
    assert not any(UNCLEAR in words for words in worker.stage.phone().unread)


def test_the_duty_to_report_has_a_list_a_clock_and_a_person_who_decides(worker: Desk) -> None:
    worker.stage.phone().texts("im 15").ignores()
    worker.stage.later(hours=3)
    worker = Desk(worker.stage).sign_in_as("caseworker")
    page = worker.read(worker.thread("/safety"))
    assert "Waits for 3 hours" in page and "CYFSA s.125" in page
    with worker.line.database.read() as session:
        flag = session.scalars(select(DutyFlag)).one()
    act = worker.thread(f"/duty/{flag.id}")
    worker.send(act, decision="not_needed", reason="says 25 by voice", check_age="1")
    assert "Waits for 3 hours" in worker.read(worker.thread("/safety"))
    every = {f"check_{name}": "1" for name in ("safe_now", "age", "grounds", "own_report", "told")}
    worker.send(act, decision="not_needed", reason="says 25 by voice", **every)
    page = worker.read(worker.thread("/safety"))
    assert "No report needed" in page and "says 25 by voice" in page
    assert worker.send(act, decision="reported", reason="x", **every).status_code == 404
    assert "duty_decided" in worker.acts()
    assert "Duty to report" not in worker.read("/admin/queue")


def test_after_thirty_days_of_silence_the_past_is_folded_away_until_it_is_theirs(
    worker: Desk,
) -> None:
    stage, folded = worker.stage, "From before somebody else may have had this phone"
    phone = stage.phone()
    stage.rehearsal.clock.move_to(stage.line.now() + timedelta(days=30))
    worker = Desk(stage).sign_in_as("caseworker")
    assert folded not in worker.read(worker.thread())
    assert UNCLEAR in worker.read("/admin/conversations")
    stage.rehearsal.clock.move_to(stage.line.now() + timedelta(minutes=5))
    assert folded in worker.read(worker.thread())
    assert UNCLEAR not in worker.read("/admin/conversations")
    phone.texts("blorp again").ignores()
    page = worker.read(worker.thread())
    assert folded in page and page.index(UNCLEAR) < page.index("blorp again")
    assert page.count("before_doubt") == 0 and f"{folded}</summary>" in page
    worker.send(worker.thread("/safety/known"), safe="yes", spoken="1")
    assert folded not in worker.read(worker.thread())


def test_only_who_spoke_with_the_client_says_that_the_phone_is_theirs_again(worker: Desk) -> None:
    phone = worker.stage.later(minutes=1).phone()
    phone.texts("wrong number").ignores()
    assert row(worker).doubted_at is not None and row(worker).safe_to_text == "no"
    page = worker.read(worker.thread())
    assert "From before somebody else may have had this phone" in page
    act = worker.thread("/safety/known")
    worker.send(act, safe="yes")
    worker.send(act, safe="maybe", spoken="1")
    assert row(worker).doubted_at is not None
    worker.send(act, safe="yes", spoken="1")
    assert row(worker).doubted_at is None and row(worker).safe_to_text == "yes"
    assert "phone_is_theirs" in worker.acts()


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("/erase", {"how": "voice", "spoken": "1"}),
        ("/copy", {"agreed": "in_person"}),
        ("/safety/hold", {"hold": "1"}),
    ],
)
def test_what_cannot_be_undone_to_a_record_asks_again_who_it_is(
    worker: Desk, act: str, fields: dict[str, str]
) -> None:
    boss = Desk(worker.stage).sign_in_as("supervisor")
    worker.stage.later(minutes=11)
    before = len(boss.acts())
    page = boss.read(boss.thread("/safety"))
    assert "They want everything erased" not in page and page.count("/admin/confirm?next=") == 2
    answer = boss.send(boss.thread(act), **fields)
    assert answer.status_code == 303 and "/admin/confirm?next=" in answer.headers["Location"]
    assert set(boss.acts()[before:]) == {"read_safety"}
    assert (row(boss).legal_hold_at, row(boss).erase_asked_at) == (None, None)
    boss.send("/admin/confirm")
    assert "They want everything erased" in boss.read(boss.thread("/safety"))
    assert "confirm" not in boss.send(boss.thread(act), **fields).headers.get("Location", "")


def test_a_phone_that_a_worker_knows_to_be_watched_shows_nothing_of_an_alert(worker: Desk) -> None:
    stage, act = worker.stage.later(minutes=1), worker.thread("/safety/watched")
    worker.send(act, watched="1")
    assert "Somebody may read this phone" in worker.read(worker.thread())
    phone = stage.phone().texts(KNIFE).hears("OK").hears_nothing()
    stage.phone("0191").hears("Urgent item").ignores()
    stage.later(minutes=10)
    phone.hears_nothing()
    worker.send(act, watched="0")
    assert row(worker).is_watched
    worker.send(act, watched="0", spoken="1")
    assert not row(worker).is_watched
    assert worker.acts().count("phone_watched") == worker.acts().count("phone_not_watched") == 1


def test_an_alert_that_the_phone_knew_of_goes_on_without_it(worker: Desk) -> None:
    stage = worker.stage.later(minutes=1)
    phone = stage.phone().texts(KNIFE).hears("911").ignores()
    worker.send(worker.thread("/safety/watched"), watched="1")
    stage.later(minutes=10)
    phone.hears_nothing().texts("are you there").hears("OK").hears_nothing()
