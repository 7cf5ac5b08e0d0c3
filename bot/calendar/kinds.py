"""The kinds of dates there are, and when each kind is reminded of."""

from __future__ import annotations

from bot.calendar.hours import MIDNIGHT

CIRCLE, PEER, GROUP, TREATMENT = "circle", "peer", "group", "treatment"
COUNSELLING, ELDER, MENTORING, TUTORING = "counselling", "elder", "mentoring", "tutoring"
OUTREACH, ACCOMPANIMENT = "outreach", "accompaniment"
KINDS = (
    *(CIRCLE, PEER, GROUP, TREATMENT, COUNSELLING, ELDER, MENTORING, TUTORING),
    *(OUTREACH, ACCOMPANIMENT),
)

DAY = MIDNIGHT
#: Minutes before the start. Two reminders beat one: missed sessions fell by a quarter when they
#: came 7 and 5, or 7 and 3, days ahead (Sims 2012, four London clinics).
USUAL_PLAN = (2 * DAY, 3 * 60)
PLANS = {TREATMENT: (7 * DAY, DAY)}
MOST_STEPS, EARLIEST = 4, 30 * DAY


def read_plan(written: str) -> tuple[int, ...]:
    """Minutes before the start from "2880,180", longest first.

    Raises ValueError unless it is one to four different whole numbers of minutes, each at
    least 30 and at most 30 days.
    """
    try:
        steps = sorted((int(part) for part in written.split(",")), reverse=True)
    except ValueError:
        raise ValueError("a plan of reminders is minutes before the start: 2880,180") from None
    if len(steps) > MOST_STEPS or len(set(steps)) != len(steps):
        raise ValueError("a plan of reminders has one to four different times")
    if not all(30 <= step <= EARLIEST for step in steps):
        raise ValueError("a reminder comes 30 minutes to 30 days before the start")
    return tuple(steps)


def plan_of(kind: str, written: str) -> tuple[int, ...]:
    """The plan of an event: its own when it has one, else that of its kind."""
    return read_plan(written) if written else PLANS.get(kind, USUAL_PLAN)
