"""Pages go on, wider and wider, until a person has the item."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from records.models import Contact, Escalation, Message, Page, Staff
from tests.conversations.urgent.cast import HELP, KNIFE, QUESTION, Cast


def times(cast: Cast, who: int) -> list[float]:
    return sorted({minute for minute, _ in cast.heard_at(cast.workers[who])})


def test_an_emergency_climbs_at_0_2_5_10_and_then_every_5_without_end(cast: Cast) -> None:
    cast.client.texts(KNIFE).texts("1")
    cast.later(minutes=31)
    assert times(cast, 0) == [0, 2, 5, 10, 15, 20, 25, 30]
    assert times(cast, 1) == [0, 5, 10, 15, 20, 25, 30]
    assert times(cast, 2) == [10, 15, 20, 25, 30]
    cast.ignore()


def test_an_emergency_still_pages_hours_later(cast: Cast) -> None:
    cast.client.texts(KNIFE)
    cast.later(minutes=50)
    cast.ignore()
    cast.later(minutes=5)
    for phone in cast.workers:
        phone.hears("Urgent item 11 still waits")
    cast.ignore()


def test_an_urgent_item_climbs_at_0_5_15_and_30(cast: Cast) -> None:
    cast.client.texts(HELP).texts("1")
    cast.later(minutes=61)
    assert times(cast, 0) == [0, 5, 15, 30, 45, 60]
    assert times(cast, 1) == [15, 30, 45, 60]
    assert times(cast, 2) == [30, 45, 60]
    cast.ignore()


def test_the_first_person_is_reached_by_text_and_call_the_second_by_text(cast: Cast) -> None:
    cast.client.texts(KNIFE)
    assert cast.heard_at(cast.on_call) == [(0, "text"), (0, "call")]
    assert cast.heard_at(cast.second) == [(0, "text")]
    assert cast.heard_at(cast.supervisor) == []
    cast.ignore()


def test_silence_for_half_an_hour_makes_an_urgent_item_an_emergency(cast: Cast) -> None:
    cast.client.texts(HELP).hears(QUESTION)
    cast.later(minutes=29, seconds=59)
    assert cast.alert().level == "urgent"
    cast.client.hears("Nobody has picked up yet").hears_nothing()
    cast.later(seconds=1)
    assert cast.alert().level == "emergency"
    assert cast.alert().ladder_at == cast.stage.line.now()
    cast.ignore()
    cast.later(minutes=2)
    cast.on_call.hears("Urgent item 11")
    cast.later(hours=1)
    cast.client.hears_nothing()
    cast.ignore()


def test_the_client_hears_once_after_five_minutes_and_never_more(cast: Cast) -> None:
    cast.client.texts(KNIFE).hears(QUESTION)
    cast.later(minutes=4, seconds=59)
    cast.client.hears_nothing()
    cast.later(seconds=1)
    cast.client.hears("Nobody has picked up yet", "911", "988").hears_nothing()
    cast.later(hours=1)
    cast.client.hears_nothing()
    cast.ignore()


def test_somebody_who_took_it_in_time_spares_the_client_that_text(cast: Cast) -> None:
    cast.client.texts(KNIFE).ignores()
    cast.later(minutes=4)
    cast.on_call.texts("11")
    cast.later(minutes=4, seconds=59)
    cast.client.hears_nothing()
    cast.ignore()


def test_who_took_it_and_let_its_minutes_go_by_is_nobody_to_the_client(cast: Cast) -> None:
    cast.client.texts(KNIFE).ignores()
    cast.later(minutes=1)
    cast.on_call.texts("11").texts("0")
    cast.later(minutes=1)
    cast.client.hears_nothing()
    cast.on_call.texts("11")
    cast.later(minutes=4, seconds=59)
    cast.client.hears_nothing()
    cast.later(seconds=1)
    cast.client.hears("Nobody has picked up yet", "911", "988").hears_nothing()
    cast.on_call.texts("11")
    cast.later(hours=1)
    cast.client.hears_nothing()
    cast.ignore()


def test_one_client_whose_words_cannot_be_sealed_keeps_no_alert_from_its_ladder(
    cast_on_each: Cast,
) -> None:
    cast = cast_on_each
    cast.client.texts(KNIFE).ignores()
    other = cast.stage.phone("0142").texts(KNIFE).ignores()
    cast.ignore()
    with cast.stage.line.database.read() as session:
        first = session.scalars(select(Contact).order_by(Contact.id)).first()
    assert first is not None
    cast.stage.line.vault.keys.destroy(first.data_key)
    cast.later(minutes=10)
    other.hears("Nobody has picked up yet").hears_nothing()
    cast.client.hears_nothing()
    said = "".join(cast.supervisor.unread)
    assert "Urgent item 11" in said and "Urgent item 12" in said
    cast.ignore()


def test_an_acknowledgement_without_a_reply_expires_and_the_ladder_goes_on(cast: Cast) -> None:
    cast.client.texts(KNIFE)
    cast.later(minutes=1)
    cast.on_call.texts("11")
    cast.ignore()
    cast.later(minutes=4, seconds=59)
    for phone in cast.workers:
        phone.hears_nothing()
    cast.later(seconds=1)
    assert cast.alert().state == "open"
    cast.second.hears("Urgent item 11")
    cast.ignore()
    cast.later(minutes=4)
    cast.supervisor.hears("Urgent item 11")
    cast.ignore()


def test_a_new_cry_after_the_answer_is_answered_in_time_or_paged_about(cast_on_each: Cast) -> None:
    cast = cast_on_each
    cast.client.texts(KNIFE)
    cast.on_call.texts("11").texts("11: are you somewhere safe?")
    cast.ignore()
    cast.later(hours=2)
    cast.client.texts("hes back and he has a gun").hears("call 911", QUESTION).hears_nothing()
    cast.on_call.hears("More has come in on item 11").hears_nothing()
    cast.later(minutes=4, seconds=59)
    cast.on_call.texts("11: go to the neighbour")
    cast.client.hears("neighbour")
    cast.later(hours=1)
    for phone in cast.workers:
        phone.hears_nothing()
    cast.client.texts(KNIFE).hears("call 911", QUESTION).hears_nothing()
    cast.on_call.hears("More has come in on item 11")
    cast.later(minutes=5)
    assert cast.alert().state == "open"
    for phone in (cast.on_call, cast.second):
        phone.hears("Urgent item 11").hears("[call]", "item 11").hears_nothing()
    cast.supervisor.hears_nothing()
    cast.client.hears("Nobody has picked up yet").hears_nothing()
    cast.later(minutes=5)
    cast.supervisor.hears("Urgent item 11").ignores()
    cast.ignore()


def test_who_cries_again_after_an_answer_is_told_that_nobody_has_picked_up(cast: Cast) -> None:
    cast.client.texts(KNIFE)
    cast.on_call.texts("11").texts("11: are you somewhere safe?")
    cast.ignore()
    cast.later(hours=2)
    cast.client.texts("hes back and he has a gun").hears("call 911", QUESTION).hears_nothing()
    cast.later(minutes=5, seconds=2)
    cast.client.hears("Nobody has picked up yet").hears_nothing()
    cast.ignore()


def test_a_reply_to_the_client_keeps_it(cast: Cast) -> None:
    cast.client.texts(KNIFE)
    cast.on_call.texts("11").texts("11: are you somewhere safe?")
    cast.ignore()
    cast.later(hours=1)
    for phone in (*cast.workers, cast.client):
        phone.hears_nothing()
    assert cast.alert().state == "acknowledged"


def test_no_page_leaves_after_somebody_has_it(cast: Cast) -> None:
    cast.client.texts(KNIFE).ignores()
    cast.client.texts(f"{KNIFE} still").ignores()  # a repeat that waits for its minute
    cast.second.ignores().texts("11")
    cast.ignore()
    cast.later(minutes=4)
    for phone in cast.workers:
        phone.hears_nothing()


def test_a_text_that_is_not_delivered_is_followed_by_a_call_at_once(cast: Cast) -> None:
    cast.stage.network.set_fault("reject", number=cast.second.number, code=30003)
    cast.client.texts(KNIFE)
    assert cast.heard_at(cast.second) == [(0, "call")]
    assert "page_not_proven" in cast.audited()
    cast.ignore()


def test_a_text_that_nothing_proves_is_followed_by_a_call_after_a_minute(cast: Cast) -> None:
    cast.stage.network.set_fault("accept_and_drop", number=cast.second.number, count=1)
    cast.client.texts(KNIFE)
    cast.later(seconds=59)
    assert cast.heard_at(cast.second) == []
    cast.later(seconds=1)
    assert cast.heard_at(cast.second) == [(1, "call")]
    cast.ignore()


@pytest.mark.parametrize("behaviour", ["machine", "no-answer", "busy"])
def test_only_a_person_who_picks_up_proves_a_call(cast: Cast, behaviour: str) -> None:
    cast.answering(cast.on_call, behaviour)
    cast.client.texts(KNIFE)
    cast.later(minutes=1)
    on_call, a_minute_ago = (
        cast.staff_id(cast.on_call),
        cast.stage.line.now() - timedelta(minutes=1),
    )
    with cast.stage.line.database.read() as session:
        pages = session.scalars(
            select(Page).where(Page.created_at <= a_minute_ago, Page.staff_id == on_call)
        )
        proven = {page.channel: page.proven_at is not None for page in pages}
    assert proven == {"sms": True, "voice": False}
    assert cast.alert().state == "open"
    cast.ignore()


def test_when_no_page_arrives_the_next_people_are_tried_at_once(cast: Cast) -> None:
    for phone in (cast.on_call, cast.second):
        cast.stage.network.set_fault("reject", number=phone.number, code=30005)
        cast.answering(phone, "busy")
    cast.client.texts(KNIFE)
    cast.later(seconds=5)
    assert "no_page_arrives" in cast.alarms()
    cast.supervisor.hears("Alarm: no page reaches anyone") if cast.supervisor.unread else None
    cast.later(minutes=1)
    assert times(cast, 2)[0] <= 1
    cast.ignore()


def test_that_the_second_is_out_of_reach_is_no_alarm_when_the_first_was_reached(
    cast: Cast,
) -> None:
    cast.stage.network.set_fault("accept_and_drop", number=cast.second.number)
    cast.answering(cast.second, "busy")
    cast.client.texts(KNIFE).hears(QUESTION)
    cast.on_call.hears("Urgent item 11").hears("[call]", "item 11")
    cast.later(minutes=1, seconds=59)
    for phone in cast.workers:
        phone.hears_nothing()
    assert cast.alarms() == []
    cast.later(seconds=1)
    cast.on_call.hears("Urgent item 11 still waits").hears("[call]", "item 11").hears_nothing()
    cast.supervisor.hears_nothing()
    cast.client.hears_nothing()


def test_when_the_call_fails_before_the_text_the_next_people_are_tried_all_the_same(
    cast: Cast,
) -> None:
    for phone in (cast.on_call, cast.second):
        cast.stage.network.set_fault("accept_and_drop", number=phone.number)
        cast.answering(phone, "busy")
    cast.client.texts(HELP)
    cast.later(minutes=2)
    assert "no_page_arrives" in cast.alarms()
    cast.ignore()


def test_a_worker_who_left_is_not_paged_and_the_alarm_says_so(cast: Cast) -> None:
    with cast.stage.line.database.write() as session:
        index = cast.stage.line.vault.index("address.sms", cast.on_call.number)
        session.execute(update(Staff).where(Staff.phone_index == index).values(is_active=False))
    cast.client.texts(KNIFE).hears("Nobody is on call")
    cast.on_call.hears_nothing()
    cast.second.hears("Nobody is on call. Urgent item 11")
    cast.supervisor.hears("Nobody is on call. Urgent item 11")
    assert "nobody_on_call" in cast.alarms()
    cast.ignore()


def test_after_a_standstill_the_right_rung_is_climbed_at_once(cast: Cast) -> None:
    cast.client.texts(KNIFE).texts("1")
    cast.ignore()
    clock = cast.stage.rehearsal.clock
    clock.move_to(clock.now() + timedelta(minutes=11))  # nothing ran meanwhile
    cast.stage.rehearsal.settle()
    cast.stage.collect()
    cast.supervisor.hears("Urgent item 11")
    assert cast.alert().next_at == clock.now() + timedelta(minutes=4)
    cast.ignore()


def test_every_page_and_its_delivery_is_written_down(cast: Cast) -> None:
    cast.client.texts(KNIFE)
    cast.on_call.texts("11")
    acts = cast.audited()
    for act in ("alert_opened", "paged", "page_delivered", "first_reply", "acknowledged"):
        assert act in acts
    with cast.stage.line.database.read() as session:
        pages = session.scalars(select(Page)).all()
        assert all(page.proven_at is not None for page in pages)
        urgent = session.scalars(select(Message).where(Message.purpose == "page")).all()
        assert all(message.lane == 0 for message in urgent)
    cast.ignore()


def test_number_grows_and_is_never_used_again(cast: Cast) -> None:
    for expected in (11, 12, 13):
        cast.client.texts(KNIFE)
        cast.on_call.texts(f"{expected}")
        cast.closes(cast.on_call, expected)
        cast.ignore()
        with cast.stage.line.database.write() as session:
            session.execute(update(Escalation).where(Escalation.number == 12).values(number=None))
    assert cast.alert().number == 13
    assert cast.alert().state == "resolved"


def test_a_new_emergency_is_answered_by_the_line_though_a_person_once_wrote(cast: Cast) -> None:
    cast.client.texts(HELP)
    cast.on_call.texts("11").texts("11: hi")
    cast.ignore()
    cast.later(hours=6)
    cast.client.texts("theres a man with a knife outside my door").hears("call 911", QUESTION)
    cast.client.hears_nothing()
    cast.is_paged()


def test_who_is_let_go_of_is_answered_again(cast: Cast) -> None:
    cast.client.texts(HELP)
    cast.on_call.texts("11").texts("11: hi").texts("0")
    cast.ignore()
    cast.client.texts("when is the next circle").hears("Next circle").hears_nothing()
    cast.later(seconds=70)
    cast.client.texts("i took all my pills").hears("911", QUESTION).hears_nothing()
    cast.ignore()


def test_while_a_person_talks_with_them_the_line_is_silent(cast: Cast) -> None:
    cast.client.texts(KNIFE)
    cast.on_call.texts("11").texts("11: are you somewhere safe?")
    cast.ignore()
    cast.later(minutes=10)
    cast.client.texts("no he has a gun too").hears_nothing()
    cast.client.texts("in the bathroom").hears_nothing()
    cast.later(minutes=1)
    cast.ignore()


def test_whoever_has_the_item_and_falls_silent_is_not_the_only_one_for_long(cast: Cast) -> None:
    cast.client.texts(KNIFE)
    cast.on_call.texts("11").texts("11: hi")
    cast.ignore()
    cast.later(minutes=10)
    cast.client.texts("im in the bathroom").hears_nothing()
    cast.later(minutes=29)
    cast.on_call.hears("More has come in").hears_nothing()
    cast.second.hears_nothing()
    cast.client.hears_nothing()
    cast.later(minutes=2)
    assert cast.alert().state == "open"
    assert any("Urgent item 11" in said for said in cast.second.unread)
    cast.client.hears("Nobody has picked up yet").hears_nothing()
    cast.ignore()


@pytest.mark.parametrize("words", ["thanks", "ok", "ok thanks", "👍"])
def test_a_thank_you_wants_no_answer(cast: Cast, words: str) -> None:
    cast.client.texts(KNIFE)
    cast.on_call.texts("11").texts("11: good night, text me any time")
    cast.ignore()
    cast.later(minutes=10)
    cast.client.texts(words).hears_nothing()
    cast.later(hours=2)
    assert cast.alert().state == "acknowledged"
    cast.on_call.hears("More has come in").hears_nothing()
    cast.second.hears_nothing()


def test_that_no_page_arrives_is_told_again_at_the_next_outage(cast: Cast) -> None:
    def outage() -> None:
        for phone in cast.workers:
            cast.stage.network.set_fault("reject", number=phone.number, code=30005)
            cast.answering(phone, "busy")

    outage()
    cast.client.texts(KNIFE)
    cast.later(minutes=3)
    assert "no_page_arrives" in cast.alarms()
    cast.stage.network.clear_fault()
    for phone in cast.workers:
        cast.answering(phone, "no-answer")
    cast.later(minutes=15)
    assert "no_page_arrives" not in cast.alarms()
    cast.on_call.ignores().texts("11").ignores()
    cast.later(minutes=2)
    cast.closes(cast.on_call)
    cast.later(hours=72)
    outage()
    cast.client.texts(KNIFE)
    cast.later(minutes=3)
    assert "no_page_arrives" in cast.alarms()
    cast.ignore()
