"""Takes three texts together in a process of its own, so that a test can pull its plug."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from bot import together
from bot.line import Line
from bot.opening import Inbound
from records.clock import ManualClock
from records.database import Database
from tests.outbox.child import line_of

NUMBERS = ("+16135550141", "+16135550142", "+16135550143")


def three(line: Line) -> list[Inbound]:
    """A text of each, empty, so that nothing needs to be said."""
    return [Inbound(f"SM{n:032}", each, "", "", line.now()) for n, each in enumerate(NUMBERS)]


if __name__ == "__main__":
    given_url, given_folder, given_now = sys.argv[1:]
    stopped = ManualClock(datetime.fromisoformat(given_now))
    made = line_of(Database(given_url), Path(given_folder), stopped)
    together.take(made, three(made))
