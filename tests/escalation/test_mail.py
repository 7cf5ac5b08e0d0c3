"""Pages by mail: when every channel is tried, and to operators for what only they can mend."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from bot.case import add_item
from bot.mail import MailError, SmtpMailer
from bot.outbox.notices import alarm
from records.keystore import SYSTEM
from records.models import Message, QueueItem, Staff
from records.models.messages import State
from tests.conversations.urgent.cast import KNIFE, Cast
from tests.escalation.mailbox import Mailbox


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    made = Mailbox()
    yield made
    made.close()


@pytest.fixture
def cast(mailbox: Mailbox) -> Cast:
    """Everybody has a mail address: the number of their row."""
    made = Cast()
    line = made.stage.line
    line.mailer = SmtpMailer(mailbox.url)
    with line.database.write() as session:
        for staff in session.scalars(select(Staff)):
            where = f"staff.email:{staff.id}"
            staff.email_sealed = line.vault.seal(SYSTEM, where, f"{staff.id}@example.org")
    return made


def test_the_second_page_comes_by_every_channel(cast: Cast, mailbox: Mailbox) -> None:
    cast.client.texts(KNIFE)
    assert mailbox.taken == []
    cast.later(minutes=2)
    (to, body), *others = mailbox.taken
    assert others == []
    assert to == f"{cast.staff_id(cast.on_call)}@example.org"
    assert "Urgent item 11" in body
    assert "knife" not in body
    assert "0141" not in body.replace(to, "")  # the random number of a row may hold any digits


def test_what_neither_text_nor_call_proves_is_mailed(cast: Cast, mailbox: Mailbox) -> None:
    cast.stage.network.set_fault("reject", number=cast.on_call.number, code=30003)
    cast.answering(cast.on_call, "no-answer")
    cast.client.texts(KNIFE)
    cast.later(minutes=1)
    assert [to for to, _ in mailbox.taken] == [f"{cast.staff_id(cast.on_call)}@example.org"]


def test_a_refused_mail_is_tried_again_and_then_given_up(cast: Cast, mailbox: Mailbox) -> None:
    mailbox.refuses = True
    cast.client.texts(KNIFE)
    cast.later(minutes=4)
    assert mailbox.taken == []
    with cast.stage.line.database.read() as session:
        mails = session.scalars(select(Message).where(Message.channel == "email")).all()
    assert [(m.state, m.reason, m.attempts) for m in mails] == [(State.FAILED, "mail_refused", 5)]


def test_an_operators_alarm_is_mailed_once_and_wakes_nobody(cast: Cast, mailbox: Mailbox) -> None:
    line = cast.stage.line
    with line.database.write() as session:
        for _ in range(2):
            add_item(
                session,
                line.now(),
                "alarm",
                "urgent",
                dedupe_key="alarm:carrier_account",
                subject="carrier_account",
            )
    cast.later(minutes=5)
    assert {body.count("the phone company refuses the account") for _, body in mailbox.taken} == {1}
    assert len(mailbox.taken) == 2  # the operator and the supervisor
    for phone in cast.workers:
        phone.hears_nothing()


def _backup_fails(cast: Cast, mailbox: Mailbox) -> None:
    """While the mail server is away: what was to be told is given up."""
    mailbox.refuses = True
    with cast.stage.line.database.write() as session:
        alarm(session, "backup_failed", cast.stage.line.now())
    for _ in range(8):
        cast.later(seconds=30)
    assert [mail.reason for mail in _mails(cast)] == ["mail_refused"] * 2


def _mails(cast: Cast) -> list[Message]:
    with cast.stage.line.database.read() as session:
        return list(session.scalars(select(Message).where(Message.channel == "email")))


def test_an_alarm_outlives_a_mail_server_that_was_away(cast: Cast, mailbox: Mailbox) -> None:
    _backup_fails(cast, mailbox)
    mailbox.refuses = False
    cast.later(minutes=6)
    assert len(mailbox.taken) == 2  # the operator and the supervisor
    assert all("something needs an operator" in body for _, body in mailbox.taken)
    cast.later(hours=6)
    assert len(mailbox.taken) == 2
    cast.stage.close()


def test_away_all_night_it_is_told_ever_more_seldom_and_alarms_of_nothing_else(
    cast: Cast, mailbox: Mailbox
) -> None:
    _backup_fails(cast, mailbox)
    for _ in range(12 * 6):
        cast.later(minutes=10)
        assert cast.alarms() == ["backup_failed"]
    assert {mail.state for mail in _mails(cast)} == {State.FAILED}
    assert 2 * 6 <= len(_mails(cast)) <= 2 * 8
    mailbox.refuses = False
    cast.later(hours=4, minutes=5)
    assert len(mailbox.taken) == 2
    cast.stage.close()


def test_what_was_mended_meanwhile_is_told_to_nobody(cast: Cast, mailbox: Mailbox) -> None:
    _backup_fails(cast, mailbox)
    with cast.stage.line.database.write() as session:
        session.execute(update(QueueItem).values(resolved_at=cast.stage.line.now()))
    mailbox.refuses = False
    cast.later(hours=5)
    assert mailbox.taken == []
    cast.stage.close()


def test_an_address_never_shows_in_an_error() -> None:
    with pytest.raises(MailError) as raised:
        SmtpMailer("smtp://127.0.0.1:9").send("someone@example.org", "s", "b")
    assert "example.org" not in str(raised.value)
