"""Turns a read text into the small facts that the words-like layer weighs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cache

from bot.triage.patterns import ENDS
from bot.triage.reading import word_classes

# Classes whose members mean nearly the same, so that one example teaches about all of them.
_SHARED = (
    "me he friend child young suicidal pills poison rope blade gun weapon high bodypart hurtself"
    " hard_drug drink hit hitting choke threat scared controls home hopeless sad addict raped"
    " insult yell count dates everyone city parent partner took killself"
)
_PRONOUNS = {
    **dict.fromkeys(("i", "me", "my", "myself", "we", "us", "our"), "ME"),
    **dict.fromkeys(("he", "she", "they", "him", "her", "them", "his", "their"), "THEY"),
    **dict.fromkeys(("you", "your"), "YOU"),
}


NEAR = 3  # words: how soon after "I" or "me" a word is taken to be about the one who writes


@cache
def _classes() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in _SHARED.split():
        for word in word_classes()[name]:
            found.setdefault(word, name)
    return {**found, **_PRONOUNS}


def features(words: Sequence[str], rules: Iterable[str]) -> dict[str, float]:
    """The facts of a text, each with its share: words, pairs, pairs of classes, word ends, rules.

    Shares are 1/sqrt(number of facts), so that a long text does not weigh more than a short one;
    a rule that fired counts 0.3 whatever the length.
    """
    classes = _classes()
    kinds = [classes.get(word, word) for word in words]
    found = list(words)
    last = len(words) - 1
    for at, word in enumerate(words):
        if kinds[at] != word:
            found.append("<" + kinds[at])
        if at < last:
            found.append(word + " " + words[at + 1])
            found.append("<" + kinds[at] + " " + kinds[at + 1])
        if at + 1 < last:
            found.append("<" + kinds[at] + " _ " + kinds[at + 2])
        if "ME" in kinds[max(0, at - NEAR) : at] and word not in ENDS:
            found.append("me>" + word)
        if len(word) > 4:
            found.append("^" + word[:4])
            found.append(word[-4:] + "$")
    share = round(1 / math.sqrt(len(set(found)) or 1), 4)
    weighed = dict.fromkeys(found, share)  # each once, in the same order in every process
    weighed.update(("r:" + rule, 0.3) for rule in sorted(rules))
    return weighed
