"""Makes different spellings of one word alike, so that a client is understood in any of them."""

import re
import unicodedata
from functools import lru_cache

from bot.language.transliterate import transliterate

_APOSTROPHES = str.maketrans("\u2018\u2019\u02bc\u00b4\u0060", "'''''")
_LETTERS = str.maketrans({"ł": "&", "ŋ": "ng", "š": "s", "ř": "j", "y": "j"})
_CIRCUMFLEX = str.maketrans("âêîôû", "aiiuu")
_LABRADOR = re.compile("[a-zâêîôû]K|[âêîôû]")
_TWO_VOWELS = re.compile(r"([aiu])\1+")
_DOUBLE = re.compile(r"([^\W\d_]|&)\1+")
_WORD = re.compile(r"[^\W_]+(?:['&-][^\W_]+)*&?|&+[^\W\d_]*")

# Pairs of sounds that one dialect keeps apart and another makes alike (Tusaalanga's dialect
# pages; ICI). Both sides become the doubled consonant of the eastern spelling.
_CLUSTERS = (
    (re.compile("[gbr]l"), "ll"),
    (re.compile("lh"), "&"),
    (re.compile("h"), "s"),
    (re.compile("[kt]s"), "ss"),
    (re.compile("kp"), "pp"),
    (re.compile("gv"), "vv"),
    (re.compile("kn"), "rn"),
    (re.compile("bj"), "jj"),
    (re.compile("kt"), "tt"),
    (re.compile("tk"), "kk"),
    (re.compile("r$"), "k"),
)

_ENDS = re.compile(r"^[\s\W_]+|[\s\W_]+$")
_SPACES = re.compile(r"\s+")
_RUN = re.compile(r"([^\W\d_])\1+")


def fold(text: str) -> str:
    """The words of `text`, one space apart, in one spelling for all ways of writing them.

    Syllabics are read as roman first. Long vowels become short, doubled consonants single, q
    is k, h and š are s, and clusters that dialects make alike are made alike. Two different
    words may fold to one: compare whole words only, and danger words with `fold_doubled`.
    """
    return " ".join(_DOUBLE.sub(r"\1", word) for word in _words(text))


def fold_doubled(text: str) -> str:
    """As `fold`, but doubled consonants stay: tuqu- (die) is not tuqqu- (store away)."""
    return " ".join(_words(text))


def squash(text: str) -> str:
    """English in one form: small letters, single spaces, no marks at the ends, no doubled letter.

    Doubled letters go from every word ("need" becomes "ned"): squash both sides of a
    comparison. Digits stay as they are.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES).casefold()
    return _RUN.sub(r"\1", _SPACES.sub(" ", _ENDS.sub("", plain)))


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFC", transliterate(text, "Latn")).translate(_APOSTROPHES)
    return [_word(word) for word in _WORD.findall(plain)]


@lru_cache(maxsize=8192)
def _word(word: str) -> str:
    if _LABRADOR.search(word):
        word = word.lower().translate(_CIRCUMFLEX).replace("e", "i").replace("o", "u")
    word = _TWO_VOWELS.sub(r"\1", word.lower().translate(_LETTERS)).replace("q", "k")
    for cluster, alike in _CLUSTERS:
        word = cluster.sub(alike, word)
    return word
