"""Which language and script a client is answered in: the one they write, once that is sure."""

from __future__ import annotations

from bot.case import Case
from bot.language.answers import AnswerKind
from bot.language.detect import detect, word_languages
from bot.language.locales import SPOKEN
from bot.language.words import kind
from bot.triage import Level

#: So many English or French words from somebody who wrote another are meant; fewer are mixed in.
SURE_WORDS = 3
#: One word alone, shorter than this, may be a name or a slip.
SURE_LETTERS = 6


def learn(case: Case) -> None:
    """Follows the client's language and script unless they chose; a doubtful text moves nothing.

    The first text that carries evidence decides. After it only a sure one changes the language.
    A choice stands, but for a cry in Inuktitut: whoever cries needs the number to call and the word
    to ask with, in the script they write.
    """
    contact = case.contact
    is_chosen = contact.language_source == "asked"
    if is_chosen and case.verdict.level is Level.ROUTINE:
        return
    found = detect(case.words)
    if found.language not in SPOKEN or (is_chosen and found.language != "iu"):
        return
    is_other = contact.language_source != "default" and found.language != contact.language
    if is_other and not _is_sure(case, found.language):
        return
    contact.language, contact.language_source = found.language, "detected"
    contact.script = "Latn" if found.script == "Latn" or found.language != "iu" else "Cans"


def _is_sure(case: Case, language: str) -> bool:
    """Does this text show that the client now writes another language?

    A thank-you, a yes or a borrowed word does not: people say those in a language that they
    do not read. Syllabics do, and so does one longer word that English has not borrowed.
    """
    spoken = [word for word, of in word_languages(case.words) if of == language]
    if language != "iu":
        return len(spoken) >= SURE_WORDS
    own = [word for word in spoken if kind(word) == "iu"]
    if len(own) > 1 or any(not word.isascii() for word in own):
        return True
    answer = case.answer()
    is_courtesy = answer is not None and answer.kind is not AnswerKind.HELP
    return not is_courtesy and any(len(word) >= SURE_LETTERS for word in own)
