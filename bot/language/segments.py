"""Counts what a text will cost to send, and swaps dear signs for cheap ones before sending."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from bot.language import graphemes

Encoding = Literal["GSM-7", "UCS-2"]

# 3GPP TS 23.038, default alphabet and its extension table (an extension sign takes two septets).
# Form feed is in the extension table; Twilio counts it so too.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
_SEGMENT_BITS = 1120  # 140 octets on air
_HEADER_BITS = 48  # six octets that tie the parts together
_GSM_BITS, _UCS_BITS = 7, 16

_PLAIN = re.compile(r"[\n\r -\u02ff\u0370-\u03ff\u1400-\u167f\u18b0-\u18ff]*")
_NOT_GSM = re.compile("[^" + re.escape("".join(sorted(_BASIC | _EXTENDED))) + "]")

# Only marks that look and mean the same in the cheap form; letters are never touched.
_CHEAP = {
    **dict.fromkeys(
        "\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))), " "
    ),
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u02b9\u2032\u00b4\u0060", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("\u200b\u2060\ufeff\u00ad", ""),
    "\u2026": "...",
    "\u2022": "-",
    "\u2028": "\n",
    "\u2029": "\n",
}
_CHEAPER = str.maketrans(_CHEAP)


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text takes on air: `units` are septets (GSM-7) or UTF-16 units (UCS-2)."""

    encoding: Encoding
    units: int
    segments: int


def normalise(text: str) -> str:
    """`text` in NFC with typographic spaces, quotes, dashes and dots in their GSM-7 forms.

    Meaning and syllabics stay as they are; a second pass changes nothing.
    """
    if text.isascii():  # nearly every answer: a grave accent is all that may change in it
        return text.translate(_CHEAPER) if "`" in text else text
    # Twice, because a sign may compose only after an invisible one between its parts is gone.
    cheap = unicodedata.normalize("NFC", text).translate(_CHEAPER)
    return unicodedata.normalize("NFC", cheap)


def count(text: str) -> Segments:
    """Encoding, units and parts of `text`, equal to Twilio's calculator; empty text has no part.

    Source: `sms-segments-calculator` 1.3.0, whose way of cutting is followed to the letter:
    no escape pair and no grapheme is split, and CRLF is two signs.
    """
    if not text:
        return Segments("GSM-7", 0, 0)
    # A high and a low surrogate that arrive apart are one sign on air.
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    if _NOT_GSM.search(whole) is None:
        return _count_gsm(whole)
    units = len(whole.encode("utf-16-le", "surrogatepass")) // 2
    if _PLAIN.fullmatch(whole):
        sizes = [_UCS_BITS] * len(whole)
    else:
        sizes = [_UCS_BITS * _units(sign) for sign in _signs(whole)]
    return Segments("UCS-2", units, _parts(sizes))


def _count_gsm(text: str) -> Segments:
    units = len(text) + sum(map(text.count, _EXTENDED))
    if units * _GSM_BITS <= _SEGMENT_BITS:
        return Segments("GSM-7", units, 1)
    sizes = [_GSM_BITS * (2 if char in _EXTENDED else 1) for char in text]
    return Segments("GSM-7", units, _parts(sizes))


def _signs(text: str) -> list[str]:
    found: list[str] = []
    for sign in graphemes.split(text):
        found.extend(sign if sign == "\r\n" else [sign])
    return found


def _units(sign: str) -> int:
    return sum(2 if char > "\uffff" else 1 for char in sign)


def _parts(sizes: list[int]) -> int:
    """How many parts hold signs of these `sizes` (bits), none of them cut."""
    if sum(sizes) <= _SEGMENT_BITS:
        return 1
    parts, filled = 1, 0
    for place, size in enumerate(sizes):
        room = _SEGMENT_BITS if parts == 1 else _SEGMENT_BITS - _HEADER_BITS
        if filled + size <= room:
            filled += size
            continue
        carried = _carried(sizes[:place], filled) if parts == 1 else 0
        # The calculator adds the sign without looking again, so a long sign may overfill a part.
        parts, filled = parts + 1, carried + size
    return parts


def _carried(first: list[int], filled: int) -> int:
    """Bits that leave the first part when it turns out that it needs a header."""
    carried = 0
    for size in reversed(first):
        if filled - carried + _HEADER_BITS <= _SEGMENT_BITS:
            break
        carried += size
    return carried
