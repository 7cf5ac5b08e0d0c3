"""What asks for nothing that the line knows: a mere "ok" needs no answer, the rest a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import aliased

from bot import intents, keywords, present
from bot.case import Case
from bot.effects import carry_out, say
from bot.engine import Outcome, Text, When, advance
from bot.facts import OWN
from bot.flows import FLOWS
from bot.language.answers import AnswerKind
from bot.turns import turn_of
from records import rows
from records.models import Contact, Escalation, Message

#: "I see", with no question left for it to answer. A person's own question is never met here:
#: while a person has the conversation every text goes to them.
_SEEN = frozenset(
    {
        *("ok", "okay", "okey", "oki", "k", "kk", "alright", "aight", "all right", "cool"),
        *("ok cool", "okay cool", "ok sure", "got it", "ok got it", "sounds good", "ok good"),
        *("👍", "👌", "🆗", "✅", "np", "no problem", "no worries", "lol", "haha", "hahaha"),
    }
)
#: Laughter and warmth alone. Tears are not among them.
_WARM = frozenset("😂🤣😀😁😃😄😆😊🙂☺😍🥰😘🤗👍👌❤♥💕💖💜💙💚🧡💛🤍🖤\ufe0f ")
#: After so long with nothing said, what is not understood is answered as if for the first time.
ANEW = timedelta(hours=4)

#: Lists of choices that are put again as they were, for who answers one that is no longer open.
_LISTS = frozenset({"menu", "dates", "places", "health", "papers", "one_to_one", "often"})
#: So long after an alert a lone digit may be meant for its question: no list is put in its place.
_ALERT_BEFORE = timedelta(hours=24)


def seen(case: Case) -> bool:
    """Is this text no more than a nod? Nobody needs to read it and nothing follows it. Whoever has
    not been told yet that a machine is here is told, whatever they write."""
    if case.contact.introduced_at is None or case.message.media_count:
        return False
    plain = keywords.fold(case.words)
    return plain in _SEEN or (bool(plain) and set(plain) <= _WARM)


def means_own_date(case: Case) -> bool:
    """Does somebody who has a place speak of it, without saying which date they mean?"""
    if not intents.speaks_of_a_date(case.words):
        return False
    return bool(present.gather(case, ("seats",)).seats.get(OWN))


def in_a_row(case: Case) -> int:
    """How many texts in a row were not understood, this one included. Once the line has said
    nothing for hours a reply cannot be a second one: it counts anew."""
    before = case.conversation.not_understood
    if not before:
        return 1
    said = _said_last(case)
    return before + 1 if said is not None and case.now - said.created_at < ANEW else 1


def tell_when(case: Case) -> None:
    """Not understood twice: says when a person reads, and what to do in danger."""
    facts = present.gather(case, ())
    if facts.is_staffed:
        say(case, Text("talk.asked", {"reading": Text("reading.now")}))
        return
    when = When(facts.reads_next_local or case.line.local(case.now))
    say(case, Text("fallback.second", {"when": when}))


def list_again(case: Case) -> Outcome | None:
    """A lone digit, and no question is open that it could answer: says so and puts the list it
    was meant for again, else the menu. A person reads it all the same. None for other texts."""
    answer = case.answer()
    is_digit = answer is not None and answer.kind is AnswerKind.DIGIT
    if not is_digit or case.waiting is not None or _had_alert(case):
        return None
    case.to_queue("not_understood")
    case.conversation.not_understood = 0
    name = _last_list(case)
    outcome = advance(FLOWS, name, None, turn_of(case, {}, name))
    effects = tuple(
        replace(effect, text=Text("fallback.none_open", {"question": effect.text}))
        if effect is outcome.question
        else effect
        for effect in outcome.effects
    )
    again = Outcome(outcome.flow, effects)
    carry_out(case, again)
    return again


def _last_list(case: Case) -> str:
    """The list that stands last in their chat, if a list stands last there."""
    said = _said_last(case)
    name = (said.text_id or "").removesuffix(".pick") if said is not None else ""
    return name if name in _LISTS else "menu"


_OURS = aliased(Message)
_NEWEST = (
    select(_OURS.seq)
    .where(_OURS.contact_id == Contact.id, _OURS.direction == "outbound")
    .order_by(_OURS.seq.desc())
    .limit(1)
    .scalar_subquery()
)
_SAID_LAST = (
    select(Message.contact_id, Message.text_id, Message.created_at)
    .join(Contact, Contact.id == Message.contact_id)
    .where(Contact.id.in_(bindparam("contacts", expanding=True)), Message.seq == _NEWEST)
)


def _said_last(case: Case) -> Row[Any] | None:
    """Which text of ours, and when; None when they have not heard from us yet."""
    found = rows.look_for(case.session, _SAID_LAST, case.contact.id, {})
    return found[0] if found else None


_ALERTS = select(Escalation.contact_id).where(
    Escalation.contact_id.in_(bindparam("contacts", expanding=True)),
    Escalation.opened_at >= bindparam("since"),
)


def _had_alert(case: Case) -> bool:
    since = {"since": case.now - _ALERT_BEFORE}
    return bool(rows.look_for(case.session, _ALERTS, case.contact.id, since))
