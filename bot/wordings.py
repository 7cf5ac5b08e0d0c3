"""Approved wordings: what may still be said on WhatsApp a day after a client's last words there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import whatsapp
from bot.gateways import Filled, GatewayError
from records.models import Consent, Message

#: What a text is for, to what its client said yes to. Nothing else goes by a wording.
CONSENTS = {"reminder": "reminders", "check_in": "check_ins", "caring": "check_ins"}
#: What stands for a part that changes, as Twilio writes it.
PLACE = re.compile(r"\{\{([1-9])\}\}")
#: Longest value of a place. Source: Twilio, "Using Variables with Content Templates", read
#: 2026-11-28.
LONGEST_VALUE = 255


@dataclass(frozen=True)
class Wording:
    """Words that the carrier has approved under `sid` for our text `text_id`."""

    text_id: str
    sid: str
    words: str


def fitting(wordings: Iterable[Wording], text_id: str | None, body: str) -> Filled | None:
    """The wording that says exactly this body, with what fills it; None when there is none.

    Exactly: so the carrier's list shows the very words of our row, and a text of which nobody
    knows whether it went is found there and not said twice.
    """
    for wording in wordings:
        found = _pattern(wording.words).fullmatch(body) if wording.text_id == text_id else None
        if found is not None:
            return Filled(wording.sid, {name[1:]: said for name, said in found.groupdict().items()})
    return None


def to_go_by(wordings: Iterable[Wording], sid: str | None, body: str) -> Filled | None:
    """The wording of a row that was judged to go by it; None for one that goes in free words.

    Raises GatewayError when the settings no longer have it.
    """
    if sid is None:
        return None
    for one in wordings:
        filled = fitting([one], one.text_id, body) if one.sid == sid else None
        if filled is not None:
            return filled
    raise GatewayError("wording", code=None, permanent=True)


def is_agreed(session: Session, message: Message) -> bool:
    """Did they say yes to such texts on WhatsApp itself, or to a worker?

    A yes by SMS is none for here: it is another phone's screen, and another company reads along.
    """
    purpose = CONSENTS.get(message.purpose)
    newest = session.scalar(
        select(Consent)
        .where(Consent.contact_id == message.contact_id, Consent.purpose == purpose)
        .order_by(Consent.id.desc())
        .limit(1)
    )
    if newest is None or not newest.given:
        return False
    return newest.channel == whatsapp.CHANNEL or newest.how == "staff"


def _pattern(words: str) -> re.Pattern[str]:
    pieces = PLACE.split(words)  # fixed words and digits of places, in turn
    parts = [
        f"(?P<n{piece}>.{{1,{LONGEST_VALUE}}}?)" if place % 2 else re.escape(piece)
        for place, piece in enumerate(pieces)
    ]
    return re.compile("".join(parts))
