"""What an Inuktitut word asks for, in any script, spelling and dialect on record."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.language.detect import word_languages
from bot.language.fold import fold, fold_doubled

#: Whole text, first letters with doubled letters kept, first letters however spelled.
WORD, FIRM, LOOSE = "word", "firm", "loose"


@dataclass(frozen=True)
class Topic:
    """One line of the list: folded words that lead to a flow."""

    flow: str
    how: str
    words: tuple[str, ...]
    meaning: str
    source: str

    def fits(self, firm: str, loose: str, *, alone: bool) -> bool:
        """Whether a word in its firm and loose spelling asks for this flow."""
        if self.how == WORD:
            return alone and firm in self.words
        return (firm if self.how == FIRM else loose).startswith(self.words)


def asked_for(text: str) -> str | None:
    """The flow that the Inuktitut words of a text ask for; None for none and for two.

    Endings do not matter, English words are not looked at. A topic only: danger and STOP
    have their own rules, read before.
    """
    spoken = word_languages(text)
    own = [word for word, language in spoken if language != "en"]
    folded = [(fold_doubled(word), fold(word)) for word in own]
    alone = len(spoken) == 1
    found = {
        topic.flow
        for topic in topics()
        if any(topic.fits(firm, loose, alone=alone) for firm, loose in folded)
    }
    return found.pop() if len(found) == 1 else None


@cache
def topics() -> tuple[Topic, ...]:
    """The list, in the order of the file."""
    lines = (files(__package__) / "inuktitut.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return tuple(_topic(*row) for row in rows[1:])


def _topic(flow: str, how: str, words: str, meaning: str, source: str) -> Topic:
    folding = fold if how == LOOSE else fold_doubled
    return Topic(flow, how, tuple(folding(word) for word in words.split(",")), meaning, source)
