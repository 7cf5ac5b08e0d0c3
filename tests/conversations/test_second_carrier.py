"""The phone company fails: pages go by the second at once, clients' texts only when proven."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from twilio.request_validator import RequestValidator

from bot.line import SecondCarrier
from bot.outbox import carriers
from records.database import Database
from records.models import Address, Contact, Message
from service.app import create_app
from service.rehearsal import PUBLIC_URL, TOKEN, stage_config
from service.settings import SIMULATOR_ACCOUNT, SIMULATOR_NUMBER
from tests.conversations.safe.test_own_words import workers_ignore
from tests.conversations.urgent.cast import KNIFE
from tests.stage import MONDAY_MORNING, Phone, Stage

OTHER = "+16135550102"
SECOND = SecondCarrier("AC" + "1" * 32, ("the second's own",), OTHER)
ANN, ON_CALL = "+16135550141", "+16135550191"


@pytest.fixture
def stage(database: Database) -> Iterator[Stage]:
    made = Stage(MONDAY_MORNING, database=database, config=replace(stage_config(), second=SECOND))
    first_goes_first(made)
    yield made
    made.close()


def first_goes_first(stage: Stage) -> None:
    """At rest one page of ten begins with the second: for five minutes from here on none does."""
    with stage.line.database.write() as session:
        carriers.failed(session, stage.line, carriers.SECOND, stage.line.now())


def ann(stage: Stage) -> Phone:
    """A client who has texted and said that texting this phone is safe."""
    phone = stage.phone("0141").texts("CIRCLE").ignores()
    with stage.line.database.write() as session:
        index = stage.line.vault.index("address.sms", ANN)
        address = session.query(Address).filter(Address.identifier_index == index).one()
        session.get_one(Contact, address.contact_id).safe_to_text = "yes"
    return phone


def is_told(stage: Stage) -> Phone:
    """The same, some minutes later: she was told of the other number."""
    phone = ann(stage)
    stage.later(minutes=5)
    first_goes_first(stage)
    return phone.hears("Texts may also come from 613-555-0102").hears_nothing()


def took(stage: Stage, number: str) -> list[tuple[str, str]]:
    """(our number, words) of all that the carriers took for a phone, in order."""
    return [(a.from_number, a.body) for a in stage.network.ledger() if a.to_number == number]


def first_fails(stage: Stage, kind: str = "refuse", **how: object) -> None:
    stage.network.set_fault(kind, number=SIMULATOR_NUMBER, **how)


def test_she_is_told_once_of_the_other_number_while_she_texts(stage: Stage) -> None:
    phone = is_told(stage)
    phone.texts("CIRCLE").ignores()
    stage.later(minutes=40)
    phone.hears_nothing()


def test_who_did_not_say_that_texting_is_safe_is_not_told(stage: Stage) -> None:
    phone = stage.phone("0141").texts("CIRCLE").ignores()
    stage.later(minutes=20)
    phone.hears_nothing()


def test_what_a_digit_means_is_as_it_was_before_she_was_told(stage: Stage) -> None:
    phone = ann(stage)
    stage.later(minutes=10)
    phone.hears("Texts may also come from")
    phone.texts("1").hears("your place is kept").ignores()


def test_who_said_stop_is_not_told(stage: Stage) -> None:
    phone = ann(stage).texts("STOP").ignores()
    stage.later(minutes=20)
    phone.hears_nothing()


def test_one_whose_key_is_lost_keeps_nobody_from_being_told(stage: Stage) -> None:
    phone = ann(stage)
    with stage.line.database.read() as session:
        ref = session.query(Contact).one().data_key
    other = stage.phone("0142").texts("CIRCLE").ignores()
    with stage.line.database.write() as session:
        for contact in session.query(Contact):
            contact.safe_to_text = "yes"
    stage.line.vault.keys.destroy(ref)
    stage.later(minutes=5)
    first_goes_first(stage)
    other.hears("Texts may also come from 613-555-0102").hears_nothing()
    phone.hears_nothing()


def test_without_a_second_carrier_nobody_is_told(database: Database) -> None:
    alone = Stage(MONDAY_MORNING, database=database)
    phone = ann(alone)
    alone.later(minutes=20)
    phone.hears_nothing()


@pytest.mark.parametrize("code", [503, 429, 401, 0], ids=["away", "busy", "account", "cut"])
def test_a_page_goes_by_the_second_at_once_whatever_the_first_does(stage: Stage, code: int) -> None:
    phone = is_told(stage)
    first_fails(stage, code=code)
    began = stage.line.now()
    phone.texts(KNIFE)
    stage.later(seconds=30)
    (page, *_) = stage.network.inbox(ON_CALL)
    assert page.line == OTHER and page.at - began <= timedelta(seconds=1)
    called = [one for one in stage.network.thread(ON_CALL) if one.kind == "call"]
    assert called and called[0].line == OTHER and called[0].at - began <= timedelta(seconds=30)
    workers_ignore(stage)
    phone.ignores()


def test_a_worker_answers_the_number_that_the_page_came_from(stage: Stage) -> None:
    phone = is_told(stage)
    first_fails(stage, code=503)
    phone.texts(KNIFE).ignores()
    worker = stage.phone("0191").hears("Urgent item 11")
    worker.ignores().texts("11").hears("You have item 11")
    with stage.line.database.read() as session:
        newest = session.query(Message).filter(Message.direction == "inbound")
        came = newest.order_by(Message.id.desc()).first()
    assert came is not None and came.carrier == carriers.SECOND
    workers_ignore(stage)


def test_a_page_that_the_first_takes_and_never_delivers_is_followed_by_the_second(
    stage: Stage,
) -> None:
    phone = is_told(stage)
    first_fails(stage, "accept_and_drop")
    phone.texts(KNIFE).ignores()
    stage.later(seconds=30)
    heard = {(one.kind, one.line) for one in stage.network.thread(ON_CALL)}
    assert heard == {("text", OTHER)}
    stage.later(seconds=40)  # a call rings for a while: its proof is waited for a minute
    heard = {(one.kind, one.line) for one in stage.network.thread(ON_CALL)}
    assert heard == {("text", OTHER), ("call", OTHER)}
    workers_ignore(stage)


def test_a_refused_answer_goes_by_the_number_she_was_told_of(stage: Stage) -> None:
    phone = is_told(stage)
    first_fails(stage, code=503)
    phone.texts("CIRCLE").hears("Next circle").hears_nothing()
    assert took(stage, ANN)[-1][0] == OTHER


def test_who_was_not_told_waits_for_the_first(stage: Stage) -> None:
    phone = ann(stage)
    stage.later(seconds=10)
    first_fails(stage, code=503)
    phone.texts("CIRCLE").hears_nothing()
    stage.later(minutes=1)
    phone.hears_nothing()
    stage.network.clear_fault()
    stage.later(minutes=1)
    phone.hears("Next circle").ignores()
    assert {number for number, _ in took(stage, ANN)} == {SIMULATOR_NUMBER}


@pytest.mark.parametrize("kind", ["refuse", "accept_then_timeout"])
def test_an_unknown_outcome_never_makes_her_text_go_by_the_second(stage: Stage, kind: str) -> None:
    phone = is_told(stage)
    before = len(took(stage, ANN))
    first_fails(stage, kind, **({"code": 0} if kind == "refuse" else {"seconds": 30.0}))
    phone.texts("CIRCLE")
    stage.later(seconds=40)
    stage.network.clear_fault()
    stage.later(minutes=5)
    phone.hears("Next circle").hears_nothing()
    assert [number for number, _ in took(stage, ANN)[before:]] == [SIMULATOR_NUMBER]


def test_an_urgent_text_sent_on_a_guess_stays_with_the_first(stage: Stage) -> None:
    phone = is_told(stage)
    before = len(took(stage, ANN))
    first_fails(stage, code=0)
    phone.texts(KNIFE)
    stage.later(minutes=3)  # nobody can be asked: it went again on a guess
    stage.network.clear_fault()
    first_fails(stage, code=503, count=1)
    stage.later(minutes=5)
    assert {number for number, _ in took(stage, ANN)[before:]} == {SIMULATOR_NUMBER}
    phone.ignores()
    workers_ignore(stage)


def test_what_the_first_says_of_the_phone_itself_is_not_gone_around(stage: Stage) -> None:
    phone = is_told(stage)
    before = len(took(stage, ANN))
    first_fails(stage, "reject", code=21610)
    phone.texts("CIRCLE").hears_nothing()
    stage.later(minutes=10)
    assert took(stage, ANN)[before:] == []


def test_when_both_are_away_everything_waits_and_goes_once(stage: Stage) -> None:
    phone = is_told(stage)
    stage.network.set_fault("refuse", code=503)
    phone.texts("CIRCLE").hears_nothing()
    stage.later(minutes=1)
    stage.network.clear_fault()
    stage.later(minutes=5)
    phone.hears("Next circle").hears_nothing()


def test_each_account_is_believed_with_its_own_token_only(stage: Stage) -> None:
    client = create_app(stage.line).test_client()

    def answer(account: str, token: str, path: str, more: dict[str, str]) -> int:
        form = {"AccountSid": account, "From": ANN, "To": OTHER, **more}
        proof = RequestValidator(token).compute_signature(PUBLIC_URL + path, form)
        headers = {"X-Twilio-Signature": proof}
        return client.post(path, data=form, headers=headers, base_url=PUBLIC_URL).status_code

    text = {"MessageSid": "SM" + "7" * 32, "Body": "hello"}
    report = {"MessageSid": "SM" + "8" * 32, "MessageStatus": "delivered"}
    for path, more in (("/sms", text), ("/status", report), ("/voice/page", {"CallSid": "CA1"})):
        assert answer(SECOND.account_sid, SECOND.auth_tokens[0], path, more) == 200
        assert answer(SECOND.account_sid, TOKEN, path, more) == 403
        assert answer(SIMULATOR_ACCOUNT, SECOND.auth_tokens[0], path, more) == 403
        assert answer("AC" + "9" * 32, SECOND.auth_tokens[0], path, more) == 403


def test_a_text_to_the_other_number_that_no_webhook_brought_is_fetched_and_emptied(
    stage: Stage,
) -> None:
    phone = is_told(stage)
    stage.network.set_fault("webhook_down", number=ANN)
    sid = stage.network.phone_sends(ANN, "CIRCLE", to=OTHER)
    stage.later(seconds=20)
    stage.network.clear_fault()
    for _ in range(4):
        stage.later(minutes=1)
    phone.ignores()
    with stage.line.database.read() as session:
        row = session.query(Message).filter(Message.carrier_sid == sid).one()
    assert (row.is_late, row.carrier) == (True, carriers.SECOND)
    stage.later(hours=25)
    phone.ignores()
    kept = stage.network.messages.get(sid)
    assert (kept.to_number, kept.body) == (OTHER, "")


def weight(stage: Stage, later: timedelta = timedelta(0)) -> int:
    with stage.line.database.read() as session:
        return carriers.weight(session, stage.line.now() + later)


def test_pages_begin_less_often_with_a_carrier_in_trouble_and_come_back_by_themselves(
    stage: Stage,
) -> None:
    assert weight(stage, timedelta(hours=1)) == carriers.AT_REST
    phone = is_told(stage)
    first_fails(stage, code=503)
    phone.texts(KNIFE).ignores()
    assert weight(stage) == 0  # after three refusals: it is asked last from now on
    page = create_app(stage.line).test_client().get("/metrics").get_data(as_text=True)
    assert "alluriarniq_carrier1_weight 0\nalluriarniq_carrier2_weight 100\n" in page
    before = len(took(stage, ON_CALL))
    stage.network.clear_fault()
    stage.phone("0191").texts("11")
    assert len(took(stage, ON_CALL)) > before
    assert [weight(stage, timedelta(minutes=m)) for m in (5, 20, 60)] == [10, 40, carriers.AT_REST]
    workers_ignore(stage)
