"""The simulated clients of practice mode, and what is looked for in an answer to them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.discreet import telling_words
from bot.language.segments import count, normalise

#: Minutes within which an answer is expected, as in the queue.
MINUTES = {"emergency": 5, "urgent": 15, "routine": 60}
#: A text that takes more parts than this is hard to read in a hurry, and easy to see.
MOST_SEGMENTS = 2
LOST_FOR_EACH = 25


@dataclass(frozen=True)
class Script:
    """A client who does not exist: `texts` of theirs stand in the catalogue by number."""

    name: str
    level: str
    texts: int


SCRIPTS = {
    one.name: one
    for one in (
        Script("door", "emergency", 3),
        Script("bed", "urgent", 3),
        Script("friday", "routine", 3),
        Script("who", "routine", 2),
    )
}

_LOOKED_FOR = {
    "promise": (
        r"\bpromise|\bguarantee|\byou(?:'ll| will| are going to) be (?:safe|fine|ok)"
        r"|\b(?:help|someone|somebody|police) (?:is|are) (?:coming|on the way)"
        r"|\b(?:i|we)(?:'ll| will) (?:keep|get) you safe"
        r"|\b(?:nobody|no one|noone) will (?:ever )?(?:know|find out)"
        r"|\b(?:i|we) (?:won'?t|will not|will never) tell"
    ),
    "asks_place": (
        r"\bwhere (?:are|r) (?:you|u)\b|\bwhere do (?:you|u) (?:live|stay)"
        r"|\b(?:your|ur|what|which) (?:address|street|building|apartment)"
    ),
    "asks_name": r"\b(?:your|ur) (?:real |full |last |first )?name\b|\bwho (?:are|r) (?:you|u)\b",
}
_PATTERNS = {name: re.compile(words, re.IGNORECASE) for name, words in _LOOKED_FOR.items()}


def weigh(words: str, level: str, minutes: int) -> tuple[str, ...]:
    """What a supervisor would say about an answer: names of findings; empty when it is well.

    telling, promise, asks_place, asks_name, long, slow. Nothing here can tell whether an
    answer is kind: that takes a person.
    """
    straight = words.replace("\u2019", "'")
    found = [name for name, pattern in _PATTERNS.items() if pattern.search(straight)]
    if telling_words(words):
        found.insert(0, "telling")
    if count(normalise(words)).segments > MOST_SEGMENTS:
        found.append("long")
    if minutes > MINUTES[level]:
        found.append("slow")
    return tuple(found)


def score(findings: list[tuple[str, ...]]) -> int:
    """0 to 100: each finding costs a quarter of its answer."""
    each = [max(0, 100 - LOST_FOR_EACH * len(found)) for found in findings]
    return round(sum(each) / len(each)) if each else 0
