"""What a small text means from somebody who waits for a person: "nvm", "hello??", "ok"."""

from __future__ import annotations

import re

from bot import keywords

#: Whole texts that take back, ask back or say little: they never end an alert.
_SMALL = frozenset(
    {
        "nvm",
        "nm",
        "nevermind",
        "never mind",
        "forget it",
        "nothing",
        "sorry",
        "jk",
        "just kidding",
        "lol",
        "its nothing",
        "it's nothing",
    }
)
#: Calls for somebody, with or without a question mark.
_CALLS_OUT = re.compile(
    r"^(?:hello+|hey+|hi+|all[oô]+)$|\b(?:any(?:one|body|1)|you|u|ya) (?:still )?(?:there|here)\b|"
    r"\b(?:now what|what now|what (?:do|should) i do|answer me|quelqu'un)\b"
)
#: Yes as "I see", not as "I am safe".
I_SEE = frozenset({"k", "ok", "okay", "sure", "👍"})


def asks_back(words: str) -> bool:
    """Is this about whether anybody is there, or what is next: "hello??", "r u there"?"""
    return "?" in words or _CALLS_OUT.search(keywords.fold(words)) is not None


def is_small(words: str) -> bool:
    """Does it say next to nothing, or take back what was said?"""
    plain = keywords.fold(words)
    return not plain or plain in _SMALL or plain in I_SEE
