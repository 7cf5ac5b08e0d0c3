"""Who is paged how soon, and again, until a person has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.escalation.rota import OnCall
from bot.hours import is_staffed, reads_next

SMS, VOICE, EMAIL = "sms", "voice", "email"
#: Goes beside every text to a worker whose browser may be shown notices, and proves nothing.
PUSH = "push"
EVERY_CHANNEL = (SMS, VOICE, EMAIL)
#: What comes after a channel that did not prove to have reached the person.
NEXT_CHANNEL = {SMS: VOICE, VOICE: EMAIL}
EVENING_HOURS = (9, 21)


@dataclass(frozen=True)
class Rung:
    """One step of a ladder: minutes after its start, and who is tried by which channels.

    Keys are first, second, supervisor, everyone.
    """

    minutes: int
    tries: dict[str, tuple[str, ...]]


#: The last rung is repeated every REPEAT minutes, without end.
LADDERS = {
    "emergency": (
        Rung(0, {"first": (SMS, VOICE), "second": (SMS,)}),
        Rung(2, {"first": EVERY_CHANNEL}),
        Rung(5, {"second": EVERY_CHANNEL, "first": (SMS,)}),
        Rung(10, {"everyone": EVERY_CHANNEL, "supervisor": EVERY_CHANNEL}),
    ),
    "urgent": (
        Rung(0, {"first": (SMS, VOICE)}),
        Rung(5, {"first": EVERY_CHANNEL}),
        Rung(15, {"second": EVERY_CHANNEL, "first": (SMS,)}),
        Rung(30, {"everyone": EVERY_CHANNEL, "supervisor": EVERY_CHANNEL}),
    ),
}
#: The first rung on which somebody else than the first in line is tried by every channel.
OTHERS = 2
REPEAT = {"emergency": 5, "urgent": 15}
#: So many steps are counted, a hundred days of an emergency's: the column ends at 32,767.
MOST_STEPS = 30_000
#: Minutes after which an acknowledgement without a reply or note to the client no longer holds.
ACK_MINUTES = {"emergency": 5, "urgent": 15}
#: The same after a text that is not urgent by itself, in an alert that is open.
MORE_MINUTES = 30
#: Minutes without an answer to the alert's question after which its level rises.
SILENCE_MINUTES = {"emergency": 5, "urgent": 30}
TELL_MINUTES = 5


def due_at(level: str, step: int, began_at: datetime) -> datetime:
    """When rung `step` (0 is the first) of a ladder that began at `began_at` is due."""
    rungs = LADDERS[level]
    beyond = max(0, step - len(rungs) + 1)
    minutes = rungs[min(step, len(rungs) - 1)].minutes + beyond * REPEAT[level]
    return began_at + timedelta(minutes=minutes)


def tells_at(began_at: datetime) -> datetime:
    """When a client is told, once, that nobody has picked up."""
    return began_at + timedelta(minutes=TELL_MINUTES)


def step_at(level: str, step: int, began_at: datetime, now: datetime) -> int:
    """The highest rung due by `now`, at least `step`: after a standstill nothing is skipped
    but time."""
    while due_at(level, step + 1, began_at) <= now:
        step += 1
    return step


def rolled(level: str, step: int, began_at: datetime) -> tuple[int, datetime]:
    """The same place on a ladder that began later: of an alert that nobody takes for months the
    steps would run over their column, and from then on nobody would be paged at all."""
    if step <= MOST_STEPS:
        return step, began_at
    top = len(LADDERS[level])
    return top, began_at + timedelta(minutes=(step - top) * REPEAT[level])


def is_top(level: str, step: int) -> bool:
    """Is everybody being paged at this rung already?"""
    return step >= len(LADDERS[level]) - 1


def who(level: str, step: int, roster: OnCall) -> dict[int, tuple[str, ...]]:
    """Staff ids to try and their channels, the first in line first.

    With nobody on call everyone is tried at every rung. A missing second is replaced by the
    supervisor, then by everyone.
    """
    rungs = LADDERS[level]
    rung = rungs[min(step, len(rungs) - 1)]
    found: dict[int, tuple[str, ...]] = {}
    if roster.first is None:
        rung = Rung(rung.minutes, {"everyone": EVERY_CHANNEL if step else (SMS, VOICE)})
    for place, channels in rung.tries.items():
        for staff_id in _people(place, roster):
            found[staff_id] = max(found.get(staff_id, ()), channels, key=len)
    return found


def _people(place: str, roster: OnCall) -> tuple[int, ...]:
    if place == "everyone":
        return roster.everyone
    if place == "second" and roster.second in (None, roster.first):
        stands_in = roster.supervisor
        return roster.everyone if stands_in in (None, roster.first) else (stands_in or 0,)
    staff_id = {"first": roster.first, "second": roster.second, "supervisor": roster.supervisor}
    found = staff_id[place]
    return () if found is None else (found,)


def may_page_at(
    pages_when: str, at: datetime, zone: ZoneInfo, staffed: tuple[int, int]
) -> datetime:
    """`at`, or when pages for such an alert may next go out: always, evening or staffed."""
    local = at.astimezone(zone)
    if pages_when == "staffed":
        return at if is_staffed(local, staffed) else _as(reads_next(local, staffed), at)
    if pages_when == "evening":
        first, last = EVENING_HOURS
        if local.hour < first:
            return _as(datetime.combine(local.date(), time(first), tzinfo=zone), at)
        if local.hour >= last:
            day = local.date() + timedelta(days=1)
            return _as(datetime.combine(day, time(first), tzinfo=zone), at)
    return at


def _as(instant: datetime, like: datetime) -> datetime:
    return instant.astimezone(like.tzinfo)
