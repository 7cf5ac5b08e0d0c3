"""The client chooses English, Inuktitut in roman letters, or Inuktitut in syllabics."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, SetLanguage, Turn, ask, say
from bot.flows._asking import once_more, picked
from bot.flows._language import LOCALES

flow = Flow("language", keywords=("language", "lang", "uqausiit", "uqausiq", "ᐅᖃᐅᓰᑦ", "ᐅᖃᐅᓯᖅ"))

_SAID = {"1": "language.english", "2": "language.inuktitut", "3": "language.syllabics"}
_NAMED = {"english": "1", "inuktitut": "2", "inuktut": "2", "syllabics": "3"}


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    named = [digit for name, digit in _NAMED.items() if name in turn.words.lower()]
    if len(named) == 1:
        yield from _set(named[0])
    else:
        yield ask("language.pick", chosen, *LOCALES)


@flow.step
def chosen(turn: Turn) -> Iterator[Effect]:
    digit = picked(turn, *LOCALES)
    if digit:
        yield from _set(digit)
    else:
        yield from once_more(turn, ask("language.pick", chosen, *LOCALES))


def _set(digit: str) -> Iterator[Effect]:
    yield SetLanguage(LOCALES[digit])
    yield say(_SAID[digit])
