"""Tests read as phone conversations: a phone texts and hears; any other text is a failure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.line import LineConfig
from records.database import Database
from service.rehearsal import ZONE, Rehearsal
from service.seed import seed

MONDAY_MORNING = datetime(2026, 11, 30, 9, 0, tzinfo=ZONE)


@dataclass
class Phone:
    """A phone on the stage. `hears` takes the texts it got, in order, each naming some words."""

    stage: Stage
    number: str
    unread: list[str] = field(default_factory=list)

    def texts(
        self,
        words: str,
        *,
        sid: str | None = None,
        media: int = 0,
        files: Sequence[tuple[str, bytes]] = (),
    ) -> Phone:
        """Texts the line; everything due at that moment happens."""
        self.stage.rehearsal.texts(self.number, words, sid=sid, media=media, files=files)
        self.stage.collect()
        return self

    def hears(self, *words: str) -> Phone:
        """The next text holds all of these words."""
        assert self.unread, f"{self.number} expected {words} but heard nothing"
        text = self.unread.pop(0)
        for word in words:
            assert word.casefold() in text.casefold(), f"expected '{word}' in: {text}"
        return self

    def hears_nothing(self) -> Phone:
        """Silence: nothing waits to be read."""
        assert self.unread == [], f"{self.number} heard what it should not: {self.unread}"
        return self

    def ignores(self) -> Phone:
        """Reads whatever came; for tests whose subject lies elsewhere."""
        self.unread.clear()
        return self


class Stage:
    """A fresh line with sample dates, phones made as they are named, and a clock to move."""

    def __init__(
        self,
        start: datetime = MONDAY_MORNING,
        *,
        database: Database | None = None,
        config: LineConfig | None = None,
        with_samples: bool = True,
    ) -> None:
        self.rehearsal = Rehearsal(start, database=database, config=config)
        self.line = self.rehearsal.line
        self.network = self.rehearsal.network
        self._phones: dict[str, Phone] = {}
        if with_samples:
            seed(self.line, start.astimezone(ZONE).date())

    def phone(self, last_digits: str = "0141") -> Phone:
        """The phone +1613555XXXX."""
        return self._with(f"+1613555{last_digits}")

    def whatsapp(self, last_digits: str = "0141") -> Phone:
        """The same number on WhatsApp."""
        return self._with(f"whatsapp:+1613555{last_digits}")

    def _with(self, number: str) -> Phone:
        return self._phones.setdefault(number, Phone(self, number))

    def phones(self) -> list[Phone]:
        """Every phone that was named or heard something."""
        return list(self._phones.values())

    def later(self, **length: float) -> Stage:
        """Moves the clock: later(minutes=5)."""
        self.rehearsal.advance_to(self.rehearsal.clock.now() + timedelta(**length))
        self.collect()
        return self

    def at(self, instant: datetime) -> Stage:
        self.rehearsal.advance_to(instant)
        self.collect()
        return self

    def collect(self) -> None:
        """Puts what phones received into their hands."""
        for item in self.rehearsal.heard():
            call = "[call] " if item.kind == "call" else ""
            self._with(item.number).unread.append(call + item.body)

    def close(self) -> None:
        """Fails when any phone was left with a text that no test expected."""
        left = {p.number: p.unread for p in self._phones.values() if p.unread}
        assert not left, f"texts nobody expected: {left}"
