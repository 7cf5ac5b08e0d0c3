"""The words that only this client uses: one shows who texts, one calls for help, one stops all."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from bot import intents, keywords
from bot.language.answers import understand
from bot.language.transliterate import transliterate
from bot.line import Line
from bot.people import Person
from bot.safe import KNOWN_FOR
from bot.triage import Level, Tier, Verdict, triage
from records.models import Address, Contact, Question

CODE, DURESS, SAFE, TIMER = "code", "duress", "safe", "timer"
COLUMNS = {CODE: "code_word", DURESS: "duress_word", SAFE: "safe_word"}
MASK = "••••"
SHORTEST, LONGEST = 4, 40
#: Questions whose answer may be such a word: nothing of it is stored, right or wrong.
ASKS_FOR_WORDS = {
    ("my_words", "chosen"),
    ("code_word", "answered"),
    ("timer", "digits"),
    ("timer", "note"),
}


@dataclass(frozen=True)
class Said:
    """What a text holds of the client's own words. `rest` is the text without them, `stored`
    the text as it is kept, `kinds` which of the words were there."""

    rest: str
    stored: str
    kinds: frozenset[str] = frozenset()


def fold(word: str) -> str:
    """A word as it is compared: without case, spaces, invisible signs and marks at its ends."""
    return keywords.fold(word).replace(" ", "")


def mark(line: Line, contact: Contact, word: str) -> str:
    """The keyed hash of a word, under a key used for nothing else, for this contact alone."""
    return line.vault.word_mark(contact.id, fold(word))


def read(line: Line, contact: Contact, words: str, waiting: Question | None) -> Said:
    """Finds the client's own words: the whole text, or any line of it. Reads no table.

    Every line is compared with every word whatever was found before, so that the time taken
    says nothing.
    """
    set_ = {kind: value for kind, c in COLUMNS.items() if (value := getattr(contact, c))}
    if contact.timer_mark:
        set_[TIMER] = contact.timer_mark
    kept = MASK if _answers_a_word(waiting, words) else words
    if not set_:
        return Said(words, kept)
    whole = _kinds(line, contact, words, set_)
    lines = words.splitlines()
    found = [_kinds(line, contact, each, set_) for each in lines]
    if whole:
        return Said("", MASK, whole)
    if not any(found):
        return Said(words, kept)
    rest = [each for each, kinds in zip(lines, found, strict=True) if not kinds]
    shown = [MASK if kinds else each for each, kinds in zip(lines, found, strict=True)]
    return Said("\n".join(rest).strip(), "\n".join(shown), frozenset().union(*found))


def _kinds(line: Line, contact: Contact, text: str, set_: dict[str, str]) -> frozenset[str]:
    prints = _marks(line, contact, text[: 4 * LONGEST]) if len(text) <= 4 * LONGEST else [""]
    return frozenset([kind for kind, value in set_.items() if _is_among(value, prints)])


def _marks(line: Line, contact: Contact, word: str) -> list[str]:
    """Of a word as it was texted, and in either script: who set it in roman letters may be quicker
    in syllabics when it matters."""
    either = (word, transliterate(word, "Latn"), transliterate(word, "Cans"))
    return [mark(line, contact, one) for one in either]


def _is_among(value: str, prints: list[str]) -> bool:
    """Is this mark one of them? All are compared, so that the time taken says nothing."""
    return any([hmac.compare_digest(value, one) for one in prints])


def _answers_a_word(waiting: Question | None, words: str) -> bool:
    """Is this the answer to a question for a word, and no request or cry for help besides?"""
    if waiting is None or (waiting.flow, waiting.step) not in ASKS_FOR_WORDS:
        return False
    if waiting.flow == "timer":  # digits, or a place and names: kept on the timer alone
        return triage(words).level is Level.ROUTINE
    return len(fold(words)) <= LONGEST and not means_something(words)


def means_something(words: str) -> bool:
    """Does the line know this text already, as a keyword, an answer or a cry for help?"""
    if keywords.opt_out_word(words) or keywords.is_start(words) or keywords.flow_for(words):
        return True
    if fold(words) in RESERVED or understand(words) is not None or intents.match(words):
        return True
    return triage(words).level is not Level.ROUTINE


#: Words of the phone company, or of the line when they begin a longer text.
RESERVED = frozenset({"help", "info", "aide", "unstop", "subscribe", "arrived", "onmyway"})


def problem_with(line: Line, contact: Contact, kind: str, word: str) -> str | None:
    """Why a word cannot be taken: short, long or taken (known to the line, or another of
    theirs); None when it can."""
    size = len(fold(word))
    if size < SHORTEST or len(set(fold(word))) < 3:
        return "short"
    if size > LONGEST or "\n" in word.strip():
        return "long"
    prints = _marks(line, contact, word)
    others = [getattr(contact, c) for k, c in COLUMNS.items() if k != kind and getattr(contact, c)]
    is_other = any([_is_among(other, prints) for other in others])
    return "taken" if is_other or means_something(word) else None


def keep(line: Line, contact: Contact, kind: str, word: str, now: datetime) -> None:
    """Takes a word that `problem_with` found nothing wrong with."""
    setattr(contact, COLUMNS[kind], mark(line, contact, word))
    if kind == CODE:
        contact.known_at = now


def doubt(contact: Contact, address: Address, now: datetime) -> None:
    """Notes that it may be somebody else who texts: a phone that never texted for this
    client before, or, with a code word set, the first text after 14 days."""
    last_at = contact.last_inbound_at
    if last_at is None:
        return
    is_idle = contact.code_word is not None and now - last_at >= KNOWN_FOR
    if is_idle or address.proven_at is None:
        contact.doubted_at = contact.doubted_at or now


def forget_topics(person: Person, now: datetime) -> None:
    """After 14 quiet days nothing is called by its plain name until it is named anew."""
    last_at = person.contact.last_inbound_at
    if last_at is not None and now - last_at >= KNOWN_FOR:
        person.conversation.topics = ""


def as_duress(verdict: Verdict) -> Verdict:
    """The verdict of a text with the duress word, whatever else it says."""
    return Verdict(Level.EMERGENCY, Tier.P0, DURESS, verdict.signals)
