"""Writes Inuktitut in syllabics or in roman letters, and leaves everything else as it is."""

import re
import unicodedata
from functools import lru_cache
from itertools import product
from typing import Literal

from bot.language.words import LINK, SYLLABICS, is_listed, kind, lean

Target = Literal["Cans", "Latn"]

_VOWELS = ("i", "ii", "u", "uu", "a", "aa")
# Signs of the Inuit Cultural Institute's dual orthography (1976; Unicode names agree): the six
# vowels in the order above, then the final.
_ROWS = {
    "": "ᐃᐄᐅᐆᐊᐋ",
    "p": "ᐱᐲᐳᐴᐸᐹᑉ",
    "t": "ᑎᑏᑐᑑᑕᑖᑦ",
    "k": "ᑭᑮᑯᑰᑲᑳᒃ",
    "g": "ᒋᒌᒍᒎᒐᒑᒡ",
    "m": "ᒥᒦᒧᒨᒪᒫᒻ",
    "n": "ᓂᓃᓄᓅᓇᓈᓐ",
    "s": "ᓯᓰᓱᓲᓴᓵᔅ",
    "l": "ᓕᓖᓗᓘᓚᓛᓪ",
    "j": "ᔨᔩᔪᔫᔭᔮᔾ",
    "v": "ᕕᕖᕗᕘᕙᕚᕝ",
    "r": "ᕆᕇᕈᕉᕋᕌᕐ",
    "q": "ᕿᖀᖁᖂᖃᖄᖅ",
    "ng": "ᖏᖐᖑᖒᖓᖔᖕ",
    "nng": "ᙱᙲᙳᙴᙵᙶᖖ",
    "&": "ᖠᖡᖢᖣᖤᖥᖦ",
}
# Read but never written: Nunavik's ai-pai-tai, the AAI signs of the 2012 Bible used for the same,
# Nunavik's h, Aivilik b, the full stop, and Nattilik's own signs (by their Unicode names).
_AI_FIRSTS = ("", "p", "t", "k", "g", "m", "n", "l", "s", "j", "r", "v", "q", "ng")
_READ_ONLY = {
    **dict(zip("ᐁᐯᑌᑫᒉᒣᓀᓓᓭᔦᕂᕓᙯᙰ", _AI_FIRSTS, strict=True)),
    **dict(zip("ᐂᐰᑍᑬᒊᒤᓁᓔᓮᔧᕅᕔᕾᖎ", _AI_FIRSTS, strict=True)),
}
_NUNAVIK_H = ("hai", "hi", "hii", "hu", "huu", "ha", "haa", "h", "h")
_TO_ROMAN = {ord(sign): first + "ai" for sign, first in _READ_ONLY.items()}
_TO_ROMAN |= {ord(c): r for c, r in zip("ᕴᕵᕶᕷᕸᕹᕺᕻᕼ", _NUNAVIK_H, strict=True)}
_TO_ROMAN |= {
    0x11AB0 + place: first + vowel for place, (first, vowel) in enumerate(product("hš", _VOWELS))
}
_TO_ROMAN |= {ord("ᖯ"): "b", ord("᙮"): "."}
_TO_CANS: dict[str, str] = {"h": "ᕼ", "lh": "ᖦ", "ł": "ᖦ", "ŋ": "ᖕ", "ŋŋ": "ᖖ"}
for _first, _signs in _ROWS.items():
    for _vowel, _sign in zip((*_VOWELS, ""), _signs, strict=False):
        _TO_CANS[_first + _vowel] = _sign
        _TO_ROMAN[ord(_sign)] = _first + _vowel
for _other, _same in (("lh", "&"), ("ł", "&"), ("ŋ", "ng"), ("ŋŋ", "nng")):
    _TO_CANS |= {_other + v: _TO_CANS[_same + v] for v in _VOWELS}
# A doubled q before a vowel is written with the final q and the k row.
_TO_CANS |= {"qq" + v: "ᖅ" + _TO_CANS["k" + v] for v in _VOWELS}

_SYLLABLE = re.compile("|".join(sorted(map(re.escape, _TO_CANS), key=len, reverse=True)))
_WRITABLE = re.compile("[aiuptkgmnsljvrqhłŋ&]+")
# Signs that read otherwise beside each other: q before the k row, the old final ng before the
# g row for ng, and a Latin H typed for the syllabic one.
_PAIRS = [("ᖅ" + sign, "qq" + vowel) for sign, vowel in zip(_ROWS["k"], _VOWELS, strict=False)]
_PAIRS += [("ᖕ" + sign, "ng" + vowel) for sign, vowel in zip(_ROWS["g"], _VOWELS, strict=False)]
_LATIN_H = re.compile("H(?=[ᐁ-ᐋ])")
_CANS = re.compile(f"[{SYLLABICS}]")

_WORD = r"[^\W_]+(?:['\u2019\u02bc&][^\W_]+)*&?|&+[^\W\d_]*"
_PLAIN_TOKEN = re.compile(f"({_WORD})")
_TOKEN = re.compile(
    r"(%\(\w+\)[#0 +-]*\d*(?:\.\d+)?[a-zA-Z]|%[sdf]|\$?\{[^{}]*\}|<[^<>]*>"  # placeholders, tags
    f"|{LINK}"
    f"|{_WORD})"
)
_NOT_PLAIN = re.compile(r"[%{<@#]|://|www\.")
_LABRADOR = re.compile("[a-z]K|[âêîôû]")
# Below this score (hundredths of a nat) a word on no list is taken for English wherever it stands.
_SURELY_ENGLISH = -500


def transliterate(text: str, to: Target) -> str:
    """`text` with its Inuktitut in syllabics ("Cans") or in roman letters ("Latn"), in NFC.

    Kept as they are: placeholders, keywords in capitals, digits, links, English and French
    words, and the Labrador (K, e, o), Nattilik (š, ř) and Kivalliq (ma'na) spellings, which
    have no agreed form in Nunavut's syllabics. Source of the signs: the Inuit Cultural
    Institute's table. Raises ValueError for another script.
    """
    if to == "Latn":
        return _to_roman(unicodedata.normalize("NFC", text))
    if to == "Cans":
        return _to_cans(unicodedata.normalize("NFC", text))
    raise ValueError(f"no such script: {to}")


def _to_roman(text: str) -> str:
    if _CANS.search(text) is None:
        return text
    for signs, roman in _PAIRS:
        text = text.replace(signs, roman)
    return _LATIN_H.sub("h", text).translate(_TO_ROMAN)


def _to_cans(text: str) -> str:
    pattern = _TOKEN if _NOT_PLAIN.search(text) else _PLAIN_TOKEN
    parts = pattern.split(text)
    words = [token for token in parts[1::2] if token[0].isalpha() or token[0] == "&"]
    if words:
        around = _Surroundings(text, words)
        parts[1::2] = [around.write(token) for token in parts[1::2]]
    return "".join(parts)


class _Surroundings:
    """What the rest of a text says about a word that alone could be read in two ways."""

    def __init__(self, text: str, words: list[str]) -> None:
        self.alone = len(words) == 1
        capitals = text != text.lower()
        self.shouted = capitals and all(word.isupper() for word in words)
        self.labrador = capitals and any(_LABRADOR.search(word) for word in words)
        readings = [_word(word) for word in words]
        sure = sum([is_sure for _, is_sure in readings])
        self.foreign = sum([signs is None for signs, _ in readings]) > sure

    def write(self, word: str) -> str:
        signs, is_sure = _word(word)
        if signs is None or self.alone:
            return signs or word
        if word.isupper() and len(word) > 1 and not self.shouted:
            return word
        if self.labrador and word[0] == "K":
            return word
        return signs if is_sure or not (len(word) == 1 or self.foreign) else word


@lru_cache(maxsize=32768)
def _word(word: str) -> tuple[str | None, bool]:
    """A word in syllabics, None if it must stay roman; and whether it is surely Inuktitut."""
    lower = word.lower()
    if _WRITABLE.fullmatch(lower) is None or (word != lower and _LABRADOR.search(word)):
        return None, False
    if lower in _TO_CANS:  # one sign of the chart, as in a spelling lesson
        return _TO_CANS[lower], False
    what = kind(word)
    if what not in ("iu", "iu_loan", "none") and (
        is_listed(lower) or lean(lower) < _SURELY_ENGLISH
    ):
        return None, False
    signs = "".join([_TO_CANS[part] for part in _SYLLABLE.findall(lower)])
    return signs, what in ("iu", "iu_loan")
