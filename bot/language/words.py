"""Tells what one word says about the language of a text, by word lists and by its letters."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

# LOAN and EN_FR in names: Inuktitut and English words that the other side uses as well.
Kind = Literal["iu", "iu_loan", "en", "en_fr", "fr", "none"]

SYLLABICS = "\u1400-\u167f\u18b0-\u18ff\U00011ab0-\U00011abf"

# Links, addresses and handles say nothing and are never rewritten. Bounded, so that no text
# however made takes long.
LINK = r"(?:https?://|www\.)\S+|[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,190}|[@#]\w+"

_CANS = re.compile(f"[{SYLLABICS}]")
_MANY = re.compile(r"(.)\1\1+")
_DOUBLE = re.compile(r"(.)\1")
_LAUGH = re.compile(
    r"[aeiou]*(?:[hj]+[aeiou]+){2,}h*|(?:la){2,}|(?:na){3,}|(?:l+o+)+l+z?|m+|h+m+|a+h+|o+h+"
)
_ENGLISH_TAIL = re.compile(r".+(?:n't|'(?:s|m|re|ll|ve|d|t|all|em))")
_FRENCH_HEAD = re.compile(r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quelqu|aujourd)'.+")
_FRENCH_SIGN = re.compile("[àçèéëïùœæ]")
_CIRCUMFLEX = re.compile("[âêîôû]")
_FOREIGN = re.compile("[bcdefowxyz]")
_VOWEL = re.compile("[aeiouy]")
_NOT_LETTER = re.compile("[^a-z&]")
_ODD = str.maketrans({"ŋ": "ng", "ł": "&", "š": "s", "ř": "j", "ø": "o", "œ": "oe", "æ": "ae"})

# Hundredths of a nat, chosen on words held out of the training lists (docs/inuktitut.md).
_LEAST = -50
_SURE_SHORT, _SURE_SHORTER = 150, 800
_FRENCH_LEAD = 600
_MIXED_TAIL = 550
_SHORT, _TAIL_LENGTH, _STEM_LENGTH = 4, 5, 4
_MOST_VARIED_LAUGH = 3
# Endings written after a hyphen on a foreign name (Ottawa-mi). Source: iutools noun endings (MIT).
_ENDINGS = frozenset(
    ("mi", "mit", "mut", "mik", "mii", "mu", "ni", "nit", "nut", "nik", "lu", "li")
    + ("kut", "kkut", "gut", "tut", "miut")
)


class _Table(dict[str, int]):
    """Scores by letters; a row of three never seen in training scores as its last two."""

    def __missing__(self, letters: str) -> int:
        value = self[letters[1:]] if len(letters) > 2 else 0
        self[letters] = value
        return value


@cache
def _lexicon() -> dict[str, Kind]:
    """Word -> what it says; a word on several lists keeps the first of this order."""
    found: dict[str, Kind] = {}
    lists: tuple[tuple[str, Kind], ...] = (
        ("iu", "iu"),
        ("iu_loan", "iu_loan"),
        ("none", "none"),
        ("en_texting", "en"),
        ("fr", "fr"),
        ("en_fr", "en_fr"),
        ("en", "en"),
    )
    for name, kind_of_list in lists:
        text = (files(__package__) / "data" / "words" / f"{name}.txt").read_text("utf-8")
        for line in text.splitlines():
            if not line.startswith("#"):
                found.update((w, kind_of_list) for w in line.lower().split() if w not in found)
    hasty = [w for w, k in found.items() if k == "iu" and len(w) > _SHORT]
    for word in hasty:
        found.setdefault(_DOUBLE.sub(r"\1", word.replace("q", "k")), "iu")
    return found


@cache
def _tables() -> tuple[_Table, _Table]:
    """Letters in a row -> hundredths of a nat for Inuktitut, and for French, against English."""
    inuktitut, french = _Table(), _Table()
    text = (files(__package__) / "data" / "letters.tsv").read_text("utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            letters, iu, fr = line.split("\t")
            inuktitut[letters], french[letters] = int(iu), int(fr)
    return inuktitut, french


def _score(word: str, table: _Table) -> int:
    marked = f"^{word}$"
    ends = range(len(marked) - 2)
    return table[marked[:2]] + sum([table[marked[i : i + 3]] for i in ends])


def is_listed(word: str) -> bool:
    """Whether a lower-case word stands on one of the word lists."""
    return word in _lexicon()


def lean(word: str) -> int:
    """How far a word's letters speak for Inuktitut against English, in hundredths of a nat."""
    return _score(_plain(word), _tables()[0])


def _plain(word: str) -> str:
    """Lower-case letters of the English alphabet and `&`, other spellings' marks undone."""
    flat = unicodedata.normalize("NFD", word.lower().translate(_ODD))
    return _NOT_LETTER.sub("", flat)


# Kept for the commonest words only: most of the words of a text have just been seen in another.
@lru_cache(maxsize=8192)
def kind(word: str) -> Kind:
    """What one word, without the marks around it, says about the language."""
    lower = word.lower()
    known = _lexicon().get(lower)
    if known is not None:
        return known
    if lower.isascii():
        return _by_letters(word, lower) if lower.isalpha() else _unusual(word, lower)
    if _CANS.search(word):
        return "iu"
    return _unusual(word, unicodedata.normalize("NFC", lower).replace("\u2019", "'"))


def _unusual(word: str, lower: str) -> Kind:
    """Words with marks, digits or apostrophes."""
    known = _lexicon().get(lower)
    if known is not None:
        return known
    if "-" in lower:
        if lower.rpartition("-")[2] in _ENDINGS:
            return "iu"
        return _strongest(kind(part) for part in word.split("-") if part)
    if _ENGLISH_TAIL.fullmatch(lower):
        return "en"
    if _FRENCH_HEAD.fullmatch(lower) or _FRENCH_SIGN.search(lower):
        return "fr"
    if any(c.isdigit() for c in lower):
        return "none"
    plain = _plain(lower)
    if not plain:
        return "none"
    found = _by_letters(word, plain)
    return "fr" if found != "iu" and _CIRCUMFLEX.search(lower) else found


def _strongest(kinds: Iterable[Kind]) -> Kind:
    found = set(kinds)
    order: tuple[Kind, ...] = ("iu", "fr", "en", "iu_loan", "en_fr")
    return next((wanted for wanted in order if wanted in found), "none")


def _by_letters(word: str, plain: str) -> Kind:
    """A word on no list: repeated letters undone, then the likelier language by its letters."""
    if len(set(plain)) <= _MOST_VARIED_LAUGH and _LAUGH.fullmatch(plain):
        return "none"
    if _MANY.search(plain):
        for short in (_MANY.sub(r"\1", plain), _MANY.sub(r"\1\1", plain)):
            known = _lexicon().get(short)
            if known is not None:
                return known
        plain = _MANY.sub(r"\1\1", plain)
    inuktitut, french = _tables()
    score = _score(plain, inuktitut)
    if len(plain) <= _SHORT:
        return _short(plain, score)
    if score > _LEAST or _labrador(word, inuktitut) or _mixed(plain, inuktitut):
        return "iu"
    return "fr" if _score(plain, french) > _FRENCH_LEAD else "en"


def _short(plain: str, score: int) -> Kind:
    if len(plain) > 2 and score > (_SURE_SHORT if len(plain) == _SHORT else _SURE_SHORTER):
        return "iu"
    sure = len(plain) > 2 and score < -_SURE_SHORT and _VOWEL.search(plain)
    return "en" if sure else "none"


def _labrador(word: str, table: _Table) -> bool:
    """Whether `word` is Inuktitut as Labrador writes it: K is q, e and o are long i and u.

    Only words with a capital K among small letters are read so, for otherwise a tenth of all
    English words would pass.
    """
    if "K" not in word or word.isupper():
        return False
    folded = _plain(word.replace("K", "q")).replace("e", "ii").replace("o", "uu")
    return _score(folded, table) > 0


def _mixed(plain: str, table: _Table) -> bool:
    """Whether an English stem carries an Inuktitut ending (tomorrowauppa)."""
    foreign = [match.end() for match in _FOREIGN.finditer(plain)]
    if not foreign:
        return False
    start = max(foreign[-1], _STEM_LENGTH)
    if len(plain) - start < _TAIL_LENGTH:
        return False
    return _score(plain[start:], table) - table["^" + plain[start]] > _MIXED_TAIL
