"""One real process of the line, on the moved clock and with shorter patience for the carrier."""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

from bot.gateways.twilio import TwilioGateway
from records.clock import Clock, OffsetClock
from service import cli, compose
from tests.chaos import sabotage

#: To connect, in seconds. How long an answer may take is the run's to say (CHAOS_PATIENCE):
#: a sender must not spend it waiting for a mute carrier.
CONNECT_SECONDS = 1.0


def moved_clock(path: Path, real: Clock | None = None) -> Clock:
    """The real time moved forward by the seconds that stand in a file."""
    return OffsetClock(lambda: timedelta(seconds=float(path.read_text())), real)


def main() -> None:
    """`python -m tests.chaos.process run|web|scheduler ...`: the product's own commands."""
    path, clock_of = Path(os.environ["CHAOS_CLOCK"]), compose.clock_of
    # noqa below: mypy guards the plain form
    setattr(compose, "clock_of", lambda given: moved_clock(path, clock_of(given)))  # noqa: B010
    patience = (CONNECT_SECONDS, float(os.environ["CHAOS_PATIENCE"]))
    setattr(compose, "TwilioGateway", partial(TwilioGateway, timeouts=patience))  # noqa: B010
    sabotage.apply(os.environ.get("CHAOS_SABOTAGE", ""))
    cli.main(sys.argv[1:])


if __name__ == "__main__":
    main()
