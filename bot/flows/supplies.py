"""Supplies by their cover name: leads on without ever naming what they are for."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Goto, Turn

flow = Flow("supplies", keywords=("supplies", "kit", "kits"), needs=("resources",))


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield Goto("harm_reduction", "pick")
