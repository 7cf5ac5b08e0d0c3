"""Words that only the client knows: one says it is them, one calls quietly, one stops texts."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, SetWord, Turn, ask
from bot.flows._asking import once_more, picked

flow = Flow("my_words", keywords=("my words", "my word"), asks_code="always")

KINDS = {"1": "code", "2": "duress", "3": "safe"}


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ask("my_words.pick", kind, *KINDS)


@flow.step
def kind(turn: Turn) -> Iterator[Effect]:
    digit = picked(turn, *KINDS)
    if digit is None:
        yield from once_more(turn, ask("my_words.pick", kind, *KINDS))
        return
    yield ask("my_words.choose", chosen, data={"kind": KINDS[digit]})


@flow.step
def chosen(turn: Turn) -> Iterator[Effect]:
    yield SetWord(str(turn.data["kind"]), turn.words)
