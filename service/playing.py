"""A conversation with the line at the keyboard: nothing is sent, and nothing is kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.flows import FLOWS
from bot.language.locales import WAYS
from records.clock import SystemClock
from records.errors import MendableError
from service.rehearsal import ZONE, Rehearsal
from service.seed import seed

NUMBER = "+16135550141"
EACH_TEXT = timedelta(seconds=1)
#: What a client texts to be answered in this language from then on.
CHOICES = {way.locale: ("language", way.digit) for way in WAYS[1:]} | {"en": ()}
_LENGTH = re.compile(r"(\d{1,4})\s*(s|m|h|d)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
HELP = "Type a text. /time 30m moves the clock (s, m, h, d), /quit ends."


class PlayError(MendableError):
    """What was asked for cannot be played."""


@dataclass
class Play:
    """One conversation, and the script that would play it again."""

    show: Callable[[str], None]
    start: datetime
    stage: Rehearsal = field(init=False)
    script: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.stage = Rehearsal(self.start)
        seed(self.stage.line, self.start.astimezone(ZONE).date())
        self.script = [f"@ {_wall(self.start)}"]

    def text(self, words: str) -> None:
        """The phone texts in, and a second goes by."""
        self.script.append(f"{NUMBER} > {words}")
        self.stage.texts(NUMBER, words)
        self._hear()
        self.stage.advance_to(self.stage.clock.now() + EACH_TEXT)
        self._hear()

    def later(self, length: timedelta) -> None:
        """Time goes by, and what is due happens."""
        instant = self.stage.clock.now() + length
        self.stage.advance_to(instant)
        self.script.append(f"@ {_wall(instant)}")
        self._hear()

    def _hear(self) -> None:
        for item in self.stage.heard():
            call = "[call] " if item.kind == "call" else ""
            words = item.body.replace("\r\n", "\n").replace("\n", "\\n")
            self.script.append(f"# {item.number} < {call}{words}")
            self.show(f"{item.number} < {call}{item.body}")


def play(
    flow: str | None, language: str, ask: Callable[[], str], show: Callable[[str], None]
) -> None:
    """Talks until /quit or the end of input, then shows the script. Raises PlayError."""
    opening = _opening(flow)
    start = SystemClock().now().astimezone(ZONE).replace(second=0, microsecond=0)
    scene = Play(show, start)
    show(HELP)
    for words in (*CHOICES[language], *opening):
        show(f"> {words}")
        scene.text(words)
    while (typed := _read(ask)) is not None:
        if typed.startswith("/time"):
            _move(scene, typed.removeprefix("/time").strip(), show)
        elif typed.startswith("/"):
            show(HELP)
        else:
            scene.text(typed)
    show("\n".join(["", *scene.script]))


def _opening(flow: str | None) -> tuple[str, ...]:
    if flow is None:
        return ()
    words = FLOWS[flow].keywords if flow in FLOWS else ()
    if not words:
        can = ", ".join(name for name, one in FLOWS.items() if one.keywords)
        raise PlayError(f"no conversation '{flow}' begins with a word; these do: {can}.")
    return (words[0],)


def _read(ask: Callable[[], str]) -> str | None:
    import click

    try:
        words = ask()
    except (EOFError, click.Abort):
        return None
    return None if words.strip() in ("/quit", "/q") else words


def _move(scene: Play, length: str, show: Callable[[str], None]) -> None:
    found = _LENGTH.fullmatch(length)
    if found is None:
        show("Write a length such as /time 30m or /time 2h.")
        return
    scene.later(timedelta(**{_UNITS[found[2]]: int(found[1])}))


def _wall(instant: datetime) -> str:
    local = instant.astimezone(ZONE)
    # Without an offset the first of a repeated hour is meant.
    return local.isoformat() if local.fold else local.replace(tzinfo=None).isoformat()
