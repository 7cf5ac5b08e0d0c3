"""Which short texts answer "are you safe right now?", and which are meant for a person instead."""

from __future__ import annotations

import re

from bot import keywords, small
from bot.case import Case
from bot.escalation import lost_words, to_client
from bot.language.answers import Answer, AnswerKind, understand
from bot.triage import Level
from records.models import Escalation

#: "2 2", "22", "2?", "no no no": said again, or with a mark too many.
_NO_AGAIN = re.compile(r"(?:2\W*){1,5}|(?:no\W*){2,5}")
_WORD = re.compile(r"[^\W\d_]+")
#: So many of something: an hour, a while, who comes along.
_COUNTED = (
    r"(?:am(?=\W*$)|pm|o ?clock|mins?|minutes?|h|hrs?|hours?|days?|nights?|weeks?|wks?|months?|"
    r"yrs?|years?|times|kids|children|babies|beds?|beers?|drinks?|pills|kits?|tickets?|dollars|"
    r"of us|heures?|jours?|nuits?|semaines?|mois|ans|fois|enfants|lits?)\b"
)
#: "2 hes here" says no and why; "2:30", "20 min", "2nd floor" and "2 days" do not.
_NO_AND_WHY = re.compile(rf"2(?![\w:.,]*[\d:])\W+(?!{_COUNTED})[^\W\d].*", re.S)
#: In the question's own words, in a text that is about little else.
_NOT_SAFE = re.compile(
    r"\b(?:not|isn't|isnt|aint|never) (?:\w+ )?safe\b|\bunsafe\b|\bdon'?t feel (?:\w+ )?safe\b|"
    r"\b(?:pas|plus) en s[eé]curit[eé]\b"
)
#: The same the other way round: "im safe", "yes i am safe now", and nothing beside it.
_SAFE = re.compile(r"(?:(?:1|yes|yeah|ok)\W+)?(?:i ?am|i'?m|we'?re|we are) safe(?: now| here)?\W*")
_FEW = 6


def answer_in(case: Case) -> Answer | None:
    """The answer to an alert's question that this text is. One found hours late is none."""
    answer = case.answer()
    if answer is None or case.message.is_stale or keywords.fold(case.words) in small.I_SEE:
        return None
    is_one = answer.digit in ("1", "2") or answer.kind in (AnswerKind.YES, AnswerKind.NO)
    return answer if is_one else None


def to_question(case: Case, open_one: Escalation) -> Answer | None:
    """The same, unless it is a yes or no in words to what a person has written since. A yes counts
    on a phone that was asked: a client may have two, and somebody else one of them."""
    answer = answer_in(case) or in_its_words(case, open_one)
    if answer is None or (is_yes(answer) and not to_client.knows(case, open_one)):
        return None
    if answer.digit in ("1", "2"):
        return answer
    return None if lost_words.has_written(case.session, open_one) else answer


def in_its_words(case: Case, open_one: Escalation) -> Answer | None:
    """A text that is no short answer by itself and says "safe" or "not safe", while no person has
    written. "Safe" is one only on a phone that was asked."""
    if case.answer() is not None or case.message.is_stale:
        return None
    plain = keywords.fold(case.words)
    if _says_no(case, plain):
        answer = Answer(AnswerKind.NO)
    elif _SAFE.fullmatch(plain) and to_client.knows(case, open_one):
        answer = Answer(AnswerKind.YES)
    else:
        return None
    return None if lost_words.has_written(case.session, open_one) else answer


def words_say_no(case: Case) -> bool:
    """Does a text that is no short answer by itself say "not safe", whoever has written?"""
    is_one = case.answer() is None and not case.message.is_stale
    return is_one and _says_no(case, keywords.fold(case.words))


def _says_no(case: Case, plain: str) -> bool:
    is_few = len(plain.split()) <= _FEW and "?" not in case.words
    if _NO_AGAIN.fullmatch(plain) or (is_few and (_NOT_SAFE.search(plain) or _is_all_no(plain))):
        return True
    # An emergency is answered for what it says.
    is_other = case.verdict.level is not Level.EMERGENCY
    return is_other and _NO_AND_WHY.fullmatch(plain) is not None


def _is_all_no(plain: str) -> bool:
    """Is each of its words a no in some language: "aakka aakka", "no aakka"?"""
    meant = [understand(word) for word in _WORD.findall(plain)]
    return bool(meant) and all(one is not None and one.kind is AnswerKind.NO for one in meant)


def is_no(case: Case, open_one: Escalation, answer: Answer | None) -> bool:
    """Does it say "not safe", on a phone that was asked? Also where the alert is quiet since."""
    if answer is None or case.ledger() is not None:
        return False
    if open_one.is_silent and not _was_asked_last(case, open_one):
        return False
    return not is_yes(answer)


def _was_asked_last(case: Case, open_one: Escalation) -> bool:
    """Did the alert ask before it fell silent, and nothing else has asked since?"""
    asked = case.waiting
    is_ours = asked is None or asked.asked_at <= open_one.opened_at
    return open_one.reply_id is not None and is_ours


def is_yes(answer: Answer) -> bool:
    """Does it say "I am safe"?"""
    return answer.digit == "1" or answer.kind is AnswerKind.YES
