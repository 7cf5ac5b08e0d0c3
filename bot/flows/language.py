"""The client chooses English, Inuktitut in roman letters or in syllabics, or French."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, SetLanguage, Turn, ask, say
from bot.flows._asking import once_more, picked
from bot.language.locales import BY_DIGIT

FRENCH = ("français", "francais")
flow = Flow(
    "language",
    keywords=(
        "language",
        "lang",
        "uqausiit",
        "uqausiq",
        "ᐅᖃᐅᓰᑦ",
        "ᐅᖃᐅᓯᖅ",
        "langue",
        "french",
        "english",
        "anglais",
        *FRENCH,
    ),
)

_SAID = {
    "1": "language.english",
    "2": "language.inuktitut",
    "3": "language.syllabics",
    "4": "language.french",
}
_NAMED = {
    "english": "1",
    "anglais": "1",
    "inuktitut": "2",
    "inuktut": "2",
    "syllabics": "3",
    "french": "4",
    **dict.fromkeys(FRENCH, "4"),
}


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    named = [digit for name, digit in _NAMED.items() if name in turn.words.lower()]
    if len(named) == 1:
        yield from _set(named[0])
    else:
        yield ask("language.pick", chosen, *BY_DIGIT)


@flow.step
def chosen(turn: Turn) -> Iterator[Effect]:
    digit = picked(turn, *BY_DIGIT)
    if digit:
        yield from _set(digit)
    else:
        yield from once_more(turn, ask("language.pick", chosen, *BY_DIGIT))


def _set(digit: str) -> Iterator[Effect]:
    yield SetLanguage(BY_DIGIT[digit])
    yield say(_SAID[digit])
