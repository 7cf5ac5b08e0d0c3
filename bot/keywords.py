"""Single words that mean the same every time, when they are the whole of a text."""

from __future__ import annotations

import re
import unicodedata

from bot.flows import FLOWS
from bot.intents import french

#: Carriers' opt-out words, the Canadian ones, and the one Inuktitut form found in print for
#: a "stop" button (wet-boew i18n.csv, Government of Canada). `asu` and `taima` also mean
#: "really?" and "so then", and never opt anybody out.
OPT_OUT = frozenset(
    {
        "stop",
        "stopall",
        "unsubscribe",
        "cancel",
        "end",
        "quit",
        "revoke",
        "optout",
        "opt-out",
        "remove",
        "arret",
        "arrêt",
        "nuqqarli",
        "nuqarli",
        "ᓄᖅᑲᕐᓕ",
        "ᓄᖃᕐᓕ",
    }
)
START = "start"

_SPACES = re.compile(r"\s+")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'"})


def fold(text: str) -> str:
    """The text without case, doubled spaces, invisible signs, and marks at either end."""
    visible = "".join(c for c in text if unicodedata.category(c) != "Cf")
    plain = unicodedata.normalize("NFKC", visible).translate(_APOSTROPHES).casefold()
    return _bare(_SPACES.sub(" ", plain))


def opt_out_word(text: str) -> str | None:
    """The opt-out word that this text is, after folding; None for anything longer or other.

    Never a prefix and never a sentence: "stop him he's outside" is a cry for help.
    """
    word = fold(text)
    return word if word in OPT_OUT else None


def is_start(text: str) -> bool:
    """Is this text START and nothing else? No other word opens what STOP has closed."""
    return fold(text) == START


def flow_for(text: str) -> str | None:
    """The flow whose word this text is, if any."""
    return _FLOW_OF.get(fold(text)) or french.flow_for(text)


def _bare(text: str) -> str:
    """Without marks and spaces at either end; an emoji stays, it says something."""
    start, end = 0, len(text)
    while start < end and _is_mark(text[start]):
        start += 1
    while end > start and _is_mark(text[end - 1]):
        end -= 1
    return text[start:end]


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] in "PZ"


_FLOW_OF = {fold(word): name for name, flow in FLOWS.items() for word in flow.keywords}
