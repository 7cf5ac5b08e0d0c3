"""Turns what a conversation decided into rows: texts to send, questions, choices, queue items."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from bot import questions
from bot.case import Case
from bot.checkins import plans
from bot.engine import (
    Ask,
    Effect,
    GiveConsent,
    HandOff,
    Outcome,
    Pause,
    Say,
    SetCheckIns,
    SetContact,
    SetHours,
    SetLanguage,
    Text,
    ToQueue,
)
from bot.language.locales import STORED
from bot.reminders import replanning
from bot.saying import say_to
from records.models import Consent, SafeHours
from records.models.messages import Lane
from records.rows import Kept

CONSENT_VERSION = "2026-11"
EVERY_DAY = "0123456"
#: An answer nobody asked for any more: a text this late is worse than none.
REPLY_EXPIRES = timedelta(minutes=30)


def carry_out(case: Case, outcome: Outcome, *, tries: int = 0) -> None:
    """Applies the effects in order."""
    for effect in outcome.effects:
        if isinstance(effect, Ask) and case.has_alert:
            _say_without_asking(case, effect)
        elif isinstance(effect, Ask):
            put_question(
                case, effect.text, outcome.flow, effect.then, choices=effect.choices,
                data=effect.data, expires=effect.expires, tries=tries,
            )  # fmt: skip
        else:
            _apply(case, effect)


def _apply(case: Case, effect: Effect) -> None:
    match effect:
        case Say():
            say(case, effect.text)
        case ToQueue():
            case.to_queue(effect.kind, effect.level, at=effect.at)
        case HandOff():
            case.conversation.handed_off_at = case.now
        case SetLanguage():
            case.contact.language, case.contact.script = STORED[effect.locale]
            case.contact.language_source = "asked"
        case Pause():
            until = case.now + effect.length
            case.contact.paused_until_at = until if effect.length else None
        case GiveConsent():
            _consent(case, effect)
        case SetContact():
            _set(case, effect)
        case SetHours():
            _set_hours(case, effect)
            replanning.follow_hours(case.session, case.line, case.contact.id, case.now)
        case SetCheckIns():
            plans.choose(case.session, case.line, case.contact, effect.every, case.now)


def _say_without_asking(case: Case, effect: Ask) -> None:
    """What stands before a question is still told; the question itself waits for no one.

    Only the alert's own question may be answered now: joined lines end with theirs, and a list
    has no digits, since a 1 is "I am safe".
    """
    lines = effect.text.params.get("lines")
    if effect.text.id == "lines.joined" and isinstance(lines, tuple) and len(lines) > 1:
        said = Text(effect.text.id, {**effect.text.params, "lines": lines[:-1]})
        say(case, _without_digits(said))


def _without_digits(text: Text) -> Text:
    params: dict[str, Any] = {}
    for name, value in text.params.items():
        if isinstance(value, Text):
            value = _without_digits(value)
        elif isinstance(value, tuple):
            value = tuple(_without_digits(v) if isinstance(v, Text) else v for v in value)
        params[name] = "-" if name == "digit" else value
    return Text(text.id, params)


def put_question(
    case: Case,
    text: Text,
    flow: str,
    step: str,
    *,
    expires: timedelta,
    choices: tuple[str, ...] = (),
    data: Mapping[str, object] | None = None,
    tries: int = 0,
    purpose: str = "reply",
) -> None:
    """Asks the client, in place of what the same flow asked before. Without `choices` any words
    are an answer."""
    message = say(case, text, purpose=purpose)
    questions.close_flow(case.session, case.contact, flow, case.now)
    questions.put(
        case.session, case.line, case.contact, message, flow=flow, step=step, choices=choices,
        data=data or {}, now=case.now, expires=expires, tries=tries,
    )  # fmt: skip


def say(case: Case, text: Text, *, lane: Lane = Lane.REPLY, purpose: str = "reply") -> Kept:
    """Queues a catalogue text in the client's language; the last row when it takes several."""
    sent = say_to(
        case.session,
        case.line,
        case.contact,
        case.address.id,
        text,
        case.now,
        purpose=purpose,
        lane=lane,
        expires_at=None if lane == Lane.URGENT else case.now + REPLY_EXPIRES,
    )
    case.answered = True
    return sent[-1]


def _consent(case: Case, effect: GiveConsent) -> None:
    case.session.add(
        Consent(
            contact_id=case.contact.id,
            purpose=effect.purpose,
            given=effect.given,
            version=CONSENT_VERSION,
            language=case.locale,
            how="text",
            channel=case.address.channel,
            at=case.now,
        )
    )
    case.note("consent", f"{effect.purpose}:{'yes' if effect.given else 'no'}")
    if effect.purpose == "check_ins":
        plans.follow_consent(case.session, case.line, case.contact, case.now, given=effect.given)


def _set_hours(case: Case, effect: SetHours) -> None:
    case.session.execute(
        delete(SafeHours)
        .where(SafeHours.contact_id == case.contact.id)
        .execution_options(synchronize_session=False)
    )
    quiet_from, quiet_until = case.line.config.quiet_hours
    starts = quiet_until % 24 * 60 if effect.starts is None else effect.starts
    ends = quiet_from % 24 * 60 if effect.ends is None else effect.ends
    if effect.days or effect.starts is not None:
        case.session.add(
            SafeHours(
                contact_id=case.contact.id,
                days=sum(1 << int(day) for day in effect.days or EVERY_DAY),
                from_minute=starts,
                until_minute=ends,
                set_at=case.now,
            )
        )
    case.note("safe_hours")


def _set(case: Case, effect: SetContact) -> None:
    contact = case.contact
    if effect.name == "safe_to_text":
        contact.safe_to_text, contact.safe_asked_at = effect.value, case.now
    elif effect.name == "age_ok":
        contact.age_ok = effect.value
    elif effect.name == "introduced":
        contact.introduced_at = case.now
    elif effect.name == "cover":
        contact.cover = effect.value
    elif effect.name == "someone_else":
        contact.someone_else = effect.value
    elif effect.name == "doubted":
        contact.doubted_at = contact.doubted_at or case.now
    else:
        raise ValueError(f"a flow may not set '{effect.name}' of a contact")
