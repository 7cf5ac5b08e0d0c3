"""A worker texts the line: takes an item, lets go of it, or answers the client through it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from bot import outbox, safe
from bot.calendar import hours
from bot.case import add_item
from bot.chat import visits
from bot.escalation import codes, commands, holding, phones
from bot.escalation.commands import Act, Command
from bot.escalation.holding import Taken
from bot.escalation.telling import audit, tell
from bot.line import Line
from bot.opening import Inbound
from bot.outbox.notices import is_closed
from bot.triage import Level, triage
from records.ids import new_id
from records.keystore import SYSTEM
from records.models import Address, Contact, Conversation, Escalation, Message, Page, Staff
from records.models.messages import Lane

#: So many of one such answer in an hour, then silence: two robots must not talk for ever.
PUZZLED_MOST = 5
PUZZLED_WITHIN = timedelta(hours=1)
#: The digit that answers "are you safe?" with no; no item is called so.
NO = 2

#: The active worker whose phone has the index `phone`, if it is one's.
SENDER = select(Staff.id).where(Staff.phone_index == bindparam("phone"), Staff.is_active)


def receive(
    session: Session, line: Line, staff: Staff, text: Inbound, words: str, now: datetime,
    *, in_need: bool,
) -> int | None:  # fmt: skip
    """Keeps a worker's text and acts on it; its row id.

    None when it is no command and sounds urgent: workers can be in danger too, and then their text
    is treated as anybody's; so is a bare digit while they have an alert of their own (`in_need`).
    """
    command = commands.read(words)
    is_answer = command is None or command.act is Act.TAKE_ANY or command.number == NO
    is_cry = not _is_command(session, staff, command) and triage(words).level is not Level.ROUTINE
    if is_cry or (in_need and is_answer):
        return None
    message_id = _kept(session, line, staff, text, words, now)
    worker = _Worker(session, line, staff, now)
    if text.is_stale(now) and command is not None and command.act is not Act.STOP:
        worker.is_too_late()
    else:
        worker.does(command, words)
    return message_id


def _kept(
    session: Session, line: Line, staff: Staff, text: Inbound, words: str, now: datetime
) -> int:
    row_id = new_id()
    sealed = line.vault.seal(SYSTEM, f"message.body:{row_id}", words)
    session.add(
        Message(
            id=row_id, staff_id=staff.id, direction="inbound", purpose="staff", state="received",
            body_sealed=sealed, carrier_sid=text.sid, carrier=text.carrier, created_at=now,
            final_at=now,
        )
    )  # fmt: skip
    session.flush()
    return row_id


def _is_command(session: Session, staff: Staff, command: Command | None) -> bool:
    """ "12 men at my door" begins with a number and is none, unless they have item 12; "911 now" is
    none unless there is such an item."""
    if command is None or command.act not in (Act.WORDS, Act.TAKE):
        return command is not None
    alert = holding.numbered(session, command.number or 0)
    return alert is not None and (command.act is Act.TAKE or alert.acknowledged_by == staff.id)


class _Worker:
    """One worker's turn, inside the transaction that keeps their text."""

    def __init__(self, session: Session, line: Line, staff: Staff, now: datetime) -> None:
        self.session, self.line, self.staff, self.now = session, line, staff, now

    def does(self, command: Command | None, words: str) -> None:
        if command is None:
            is_number = any(char.isdigit() for char in words)
            self._puzzled("page.unknown" if is_number else "page.words")
            return
        if command.act is Act.STOP:
            # The carrier pages this phone no more: somebody must know before the next alert.
            subject = "staff_phone_stopped"
            key = f"alarm:{subject}:{self.staff.id}"
            add_item(self.session, self.now, "alarm", "urgent", dedupe_key=key, subject=subject)
        elif command.act is Act.LET_GO and command.number is None:
            self._lets_go(holding.last_taken(self.session, self.staff.id))
        elif command.act is Act.TAKE_ANY:
            self._takes_any()
        else:
            self._names_item(command)

    def is_too_late(self) -> None:
        """What they meant hours ago may be wrong for what is open now: they are told to look."""
        self._puzzled("page.unknown")

    def _names_item(self, command: Command) -> None:
        alert = holding.numbered(self.session, command.number or 0)
        if alert is None:
            self._puzzled("page.unknown")
        elif command.act is Act.TAKE:
            self._takes(alert)
        elif command.act is Act.CLOSE:
            self._closes(alert, command.code)
        elif command.act is Act.LET_GO:
            self._lets_go(alert if alert.acknowledged_by == self.staff.id else None)
        elif command.act is Act.REPLY:
            self._replies(alert, command)
        else:
            # "12 done, he hit her but she is safe" is meant for nobody's phone.
            is_theirs = alert.acknowledged_by == self.staff.id
            self._tells("page.colon" if is_theirs else "page.not_sent", alert)

    def _takes(self, alert: Escalation) -> bool:
        is_open = alert.state == holding.OPEN
        if is_open and not codes.may_take(self.session, alert, self.staff):
            # Anybody could write such a number as their own; whose phone it is must have been told.
            audit(self.session, alert, "take_refused", self.now, actor=f"staff:{self.staff.id}")
            self._tells("page.not_paged", alert)
            return False
        came = holding.take(self.session, self.line, alert, self.staff.id, "sms", self.now)
        if came is Taken.ANOTHERS:
            holding.tell_taken(self.session, self.line, alert, self.staff.id, self.now)
        elif came is Taken.YOURS_ALREADY:
            self._tells(holding.yours(alert), alert)
        return came in (Taken.YOURS, Taken.YOURS_ALREADY)

    def _takes_any(self) -> None:
        """A bare yes: clear when exactly one open item was paged to this worker."""
        found = self.session.scalars(
            select(Escalation.id)
            .join(Page, Page.escalation_id == Escalation.id)
            .where(Escalation.state == holding.OPEN, Page.staff_id == self.staff.id)
            .distinct()
        ).all()
        if len(found) == 1:
            self._takes(holding.held(self.session, found[0]))
        else:
            self._puzzled("page.which" if found else "page.unknown")

    def _lets_go(self, alert: Escalation | None) -> None:
        if alert is None:
            self._puzzled("page.unknown")
            return
        holding.let_go(self.session, alert, "released", self.now)
        self._tells("page.resumed", alert)

    def _closes(self, alert: Escalation, code: str) -> None:
        """Only with the code that the worker's own phone was sent: nothing may end by forgery.

        A code from before the client's newest cry is a wrong one: it takes nothing either.
        """
        is_open = alert.state == holding.OPEN
        if is_open and (
            not code or codes.is_right(self.session, self.line, alert, self.staff, code)
        ):
            is_ours = self._takes(alert)
        else:
            is_ours = is_open or self._has(alert)
        if not is_ours or alert.state == holding.RESOLVED:
            return
        if codes.may_close(self.session, self.line, alert, self.staff, code, self.now):
            holding.resolve(self.session, alert, self.staff.id, "by_text", self.now)
            self._tells("page.resolved", alert)

    def _has(self, alert: Escalation) -> bool:
        if alert.acknowledged_by == self.staff.id:
            return True
        holding.tell_taken(self.session, self.line, alert, self.staff.id, self.now)
        return False

    def _replies(self, alert: Escalation, command: Command) -> None:
        is_ours = self._takes(alert) if alert.state == holding.OPEN else self._has(alert)
        if not is_ours or alert.is_drill:
            return
        contact = self.session.get_one(Contact, alert.contact_id)
        own = hours.of_contact(self.session, contact.id, self.line.config)
        warning = safe.warning_for_staff(contact, self.now, own, has_open_alert=not alert.is_silent)
        if warning == "safe_word":
            self._tells("page.silenced", alert)
        elif (warning or holding.is_quiet(alert)) and not command.is_confirmed:
            self._tells("page.not_safe", alert)
        elif not reply(self.session, self.line, alert, self.staff.id, command.words, self.now):
            self._tells("page.cannot_text", alert)

    def _tells(self, text_id: str, alert: Escalation) -> None:
        number = alert.number or 0
        tell(self.session, self.line, self.staff.id, text_id, self.now, number=number)

    def _puzzled(self, text_id: str) -> None:
        said = self.session.scalar(
            select(func.count())
            .select_from(Message)
            .where(
                Message.staff_id == self.staff.id,
                Message.text_id == text_id,
                Message.created_at > self.now - PUZZLED_WITHIN,
            )
        )
        if (said or 0) < PUZZLED_MOST:
            tell(self.session, self.line, self.staff.id, text_id, self.now)


def reply(
    session: Session, line: Line, alert: Escalation, staff_id: int, words: str, now: datetime
) -> bool:
    """A worker's own words to the client, from the line's number; the bot falls silent.

    False when this client cannot be texted: the phone has said STOP, the chat page was left.
    """
    phone = phones.in_alert(session, alert)
    address = session.get(Address, phone) if phone else None
    contact = session.get_one(Contact, alert.contact_id)
    if address is None or alert.cannot_text or is_closed(session, address):
        return False
    if visits.has_left(session, address):
        return False
    own = hours.of_contact(session, contact.id, line.config)
    is_held = safe.may_send_at(contact, safe.STAFF, now, own).reason is not None
    outbox.enqueue(
        session,
        line,
        contact=contact,
        address_id=address.id,
        body=words,
        purpose=safe.STAFF_CONFIRMED if is_held else safe.STAFF,
        lane=Lane.REPLY,
        now=now,
        answered_by_id=staff_id,
    )
    conversation = session.get_one(Conversation, alert.contact_id)
    conversation.handed_off_at, conversation.handed_off_to = now, staff_id
    holding.human_wrote(session, alert, staff_id, now, is_by_text=True)
    return True
