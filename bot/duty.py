"""Notices that somebody may be younger than 16 and unsafe; a person decides what is to be done."""

from __future__ import annotations

import re

from sqlalchemy import select

from bot.case import Case
from bot.engine import Effect, SetContact
from bot.keywords import fold
from bot.law import CHILD_AGE
from bot.triage import Level
from records.models import DutyFlag

OWN_AGE, CHILD = "own_age", "child"
_WORDS = "ten eleven twelve thirteen fourteen fifteen"
_AGE = rf"(?:[6-9]|1[0-{CHILD_AGE - 11}]|{'|'.join(_WORDS.split())})"
#: "im 15 minutes away", "im 14 weeks along", "i am 12 days sober": no ages.
_NO_AGE = (
    r"(?!\s*(?:[-:.%$/]|\d|th|m\b|min|mins|minute|h\b|hr|hrs|hour|day|week|wk|month|am\b|pm\b|km|k\b"
    r"|block|buck|dollar|stop|step|feet|in line|of|more|years? (?:clean|sober|in|into|here)))"
)
_OWN = re.compile(
    rf"\b(?:i'?m|i am|im only|me,?) (?:only |just |still )?{_AGE}\b{_NO_AGE}"
    rf"|\bi (?:just )?turn(?:ed)? {_AGE}\b{_NO_AGE}|\bmy 1[0-{CHILD_AGE - 11}]th birthday\b"
    rf"|\bi'?m in grade [1-9]\b|\bi am in grade [1-9]\b|\bj'ai {_AGE} ans\b"
    rf"|\bi(?:'m| am|m) (?:under|not) {CHILD_AGE}\b"
    rf"|\b(?:i will|ill|i'll) be {CHILD_AGE} (?:in|next)\b"
)
_OTHER = re.compile(
    rf"\b(?:she|he|they|my (?:\w+ )?(?:sister|brother|cousin|niece|nephew|daughter|son|friend|kid))"
    rf"(?:'s|s|'re| is| are)? (?:only |just |like )*{_AGE}\b{_NO_AGE}"
    rf"|\b{_AGE}[- ](?:year|yr|y)s?[- ]?(?:old|o)\b"
)
_UNSAFE = re.compile(
    r"\b(?:makes? (?:her|him|them) (?:do|work|go)|sells? (?:her|him)|in the (?:life|game)"
    r"|with (?:an )?old(?:er)? (?:man|men|guys?)|works? (?:for him|the street|with us)"
    r"|taken|missing|hurts?|hits?|touch\w*)\b"
)


def kind_of(words: str, level: Level, kinds: frozenset[str]) -> str | None:
    """own_age when the client says they are under 16, child when one is said to be unsafe.

    `level` and `kinds` are triage's for this text. None for everything else.
    """
    plain = fold(words)
    if _OWN.search(plain):
        return OWN_AGE
    if "child" in kinds:
        return CHILD
    is_serious = level is not Level.ROUTINE
    return CHILD if _OTHER.search(plain) and (is_serious or _UNSAFE.search(plain)) else None


def look(case: Case) -> None:
    """Raises the flag for this text, beside whatever else it causes."""
    verdict = case.verdict
    kinds = frozenset(
        signal.kind for signal in verdict.signals if not (signal.negated or signal.past)
    )
    kind = kind_of(case.words, verdict.level, kinds)
    if kind is not None:
        flag(case, kind)


def act(case: Case, effect: Effect) -> None:
    """Said to be younger than the program's age, where that age is the law's or below."""
    is_no = isinstance(effect, SetContact) and (effect.name, effect.value) == ("age_ok", "no")
    if is_no and case.line.config.minimum_age <= CHILD_AGE:
        flag(case, OWN_AGE)


def flag(case: Case, kind: str) -> None:
    """One undecided flag for a client; the item in the queue comes back with each new text."""
    found = case.session.scalar(
        select(DutyFlag).where(
            DutyFlag.contact_id == case.contact.id, DutyFlag.decided_at.is_(None)
        )
    )
    if found is None:
        case.session.add(
            DutyFlag(
                contact_id=case.contact.id,
                message_id=case.message.id,
                kind=kind,
                opened_at=case.now,
            )
        )
        case.session.flush()
        case.note("duty_flag", kind)
    case.to_queue("duty_to_report", "urgent")
