"""Takes one guard rail away, to prove that the judge would notice if it were missing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from bot.line import Line
from bot.opening import Inbound
from bot.outbox import send
from bot.turnstile import Turnstile
from records.ids import new_token
from records.models import Message

NAMES = ("lease", "sid")


def apply(name: str) -> None:
    """`lease`: a sender writes back whoever holds the text by now. `sid`: a known SID is new."""
    if name == "lease":
        setattr(send, "select", _without_token)  # noqa: B010 - mypy guards the plain form
    elif name == "sid":
        _forget_sids()
    elif name:
        raise ValueError(f"no such sabotage: {name}")


class _Careless:
    """A statement that hears only its first condition: the row's id."""

    def __init__(self, statement: Any) -> None:
        self._statement = statement

    def where(self, first: Any, *_: Any) -> Any:
        return self._statement.where(first)


def _without_token(entity: Any) -> Any:
    return _Careless(select(entity))


def _forget_sids() -> None:
    """As if nobody looked for a text's id, and no index refused the second row."""

    real = Turnstile.receive

    def receive(turnstile: Turnstile, text: Inbound) -> int | None:
        line: Line = turnstile.line
        with line.database.read() as session:
            known = session.scalar(select(Message.id).where(Message.carrier_sid == text.sid))
        if known is not None:
            text = replace(text, sid=f"SM{new_token()}"[:34])
        return real(turnstile, text)

    setattr(Turnstile, "receive", receive)  # noqa: B010 - mypy guards the plain form
