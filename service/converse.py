"""Replays a written conversation against a fresh line and shows every text that it causes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from records.errors import MendableError
from service.rehearsal import ZONE, Rehearsal
from service.seed import seed

DEFAULT_START = datetime(2026, 12, 1, 9, tzinfo=ZONE)
EACH_TEXT = timedelta(seconds=1)


class ScriptError(MendableError):
    """A line of the conversation cannot be read."""


@dataclass(frozen=True)
class Cue:
    """One line of a script: a time to go to, or a phone and its text."""

    line: int
    at: datetime | None = None
    number: str = ""
    text: str = ""


def parse(lines: Iterable[str]) -> list[Cue]:
    """Reads `@ 2026-12-02T18:00`, `+16135550101 > text` and `# comment`. Raises ScriptError."""
    return [cue for n, raw in enumerate(lines, 1) if (cue := _cue(n, raw.rstrip("\n"))) is not None]


def _cue(n: int, raw: str) -> Cue | None:
    if not raw.strip() or raw.lstrip().startswith("#"):
        return None
    if raw.startswith("@"):
        return Cue(n, at=_instant(n, raw[1:].strip()))
    number, arrow, text = raw.partition(">")
    if not arrow or not number.strip().startswith("+") or not number.strip()[1:].isdecimal():
        raise ScriptError(f"line {n}: write '@ 2026-12-02T18:00' or '+16135550101 > text'")
    return Cue(n, number=number.strip(), text=text.removeprefix(" ").replace("\\n", "\n"))


def _instant(n: int, text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise ScriptError(f"line {n}: '{text}' is no time such as 2026-12-02T18:00") from error
    # The first of a repeated hour, as fold=0 means; an offset says otherwise.
    # In UTC, where a second later is a second later also when the clocks change.
    return (instant if instant.tzinfo else instant.replace(tzinfo=ZONE)).astimezone(UTC)


def replay(lines: Iterable[str]) -> Iterator[str]:
    """Yields `+16135550101 < text` for everything any phone receives, in order of sending.

    Raises ScriptError, before anything is played, when a line cannot be read.
    """
    for _cue_played, heard in _played(parse(lines)):
        yield from heard


def transcript(lines: Iterable[str]) -> Iterator[str]:
    """The script's own lines with what was received after each: a conversation to read."""
    script = list(lines)
    for cue, heard in _played(parse(script)):
        yield script[cue.line - 1].rstrip("\n")
        yield from heard


def _played(cues: list[Cue]) -> Iterator[tuple[Cue, list[str]]]:
    start = next((cue.at for cue in cues if cue.at), DEFAULT_START)
    stage = Rehearsal(start)
    seed(stage.line, start.astimezone(ZONE).date())
    free_at = start
    for cue in cues:
        instant = cue.at or free_at
        if instant < stage.clock.now():
            raise ScriptError(f"line {cue.line}: time only goes forward")
        stage.advance_to(instant)
        free_at = instant
        if cue.at is None:
            stage.texts(cue.number, cue.text)
            free_at = instant + EACH_TEXT
        yield cue, list(_shown(stage))


def _shown(stage: Rehearsal) -> Iterator[str]:
    for item in stage.heard():
        words = item.body.replace("\r\n", "\n").replace("\n", "\\n")
        call = "[call] " if item.kind == "call" else ""
        yield f"{item.number} < {call}{words}"
