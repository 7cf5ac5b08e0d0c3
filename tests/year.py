"""The program's life played fast: circles every week, people who book, change, miss, and outages.

Used by a test (some weeks) and by the bench (a year). The judge plans each reminder by itself,
in plain wall time, from what the play did: it does not ask the line when one was meant.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select

from bot.calendar import after, booking, dates
from bot.gateways import Accepted, GatewayError, Outgoing
from bot.inbound import Inbound, receive
from bot.line import Line, LineConfig
from bot.people import locked
from bot.texts import Catalogues
from records.clock import ManualClock
from records.database import Database
from records.models import Appointment, Message, Occurrence, Reminder
from records.vault import Vault
from scheduler.jobs import JOBS, run_due
from service.rehearsal import ZONE
from tests.carrier import ScriptedCarrier
from tests.people_in_bulk import clients

WORK = ("lapse", "offers", "reminders", "look_up", "send", "dates", "questions")
STEPS = (2880, 180)
#: Weekday and hour of the circles, and seats at each.
CIRCLES = ((1, 18, None), (2, 13, 60), (3, 18, None))
LATE = timedelta(minutes=2)


class Carrier(ScriptedCarrier):
    """Out of order at times; then nothing is taken."""

    is_out = False

    def send(self, message: Outgoing) -> Accepted:
        if self.is_out:
            raise GatewayError("unavailable", code="503", permanent=False)
        return super().send(message)


@dataclass
class Seat:
    """What the play knows of one seat: when it begins, since when that is so, until when held."""

    starts_at: datetime
    known_at: datetime
    ended_at: datetime | None = None


@dataclass
class Tally:
    """What became of the year, in reminders."""

    intended: int = 0
    sent: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    doubled: int = 0
    missed: int = 0
    late: int = 0
    texts: int = 0
    segments: int = 0


class Year:
    """`people` clients and some weeks; the same seed plays the same year."""

    def __init__(
        self, database_url: str, vault: Vault, clock: ManualClock, config: LineConfig,
        people: int, seed: int = 1,
    ) -> None:  # fmt: skip
        self.url, self.vault, self.clock, self.config = database_url, vault, clock, config
        self.chance = random.Random(seed)
        # What happens in which week is drawn apart: it hangs on the seed alone.
        self.fate = random.Random(seed)
        self.carrier = Carrier(clock)
        self.texts = Catalogues.load()
        self.restarts = 0
        self.line = self._start()
        self.people = clients(self.line, people, clock.now())
        self.seats: dict[int, list[Seat]] = {}
        self.outages: list[tuple[datetime, datetime]] = []
        self.replies = 0
        with self.line.database.write() as session:
            for weekday, hour, capacity in CIRCLES:
                first = self._wall_after(weekday, hour)
                terms = dates.Terms(
                    "circle", "Year circle", first, "FREQ=WEEKLY", capacity=capacity
                )
                dates.add_event(session, terms, 1, clock.now())

    def _start(self) -> Line:
        self.restarts += 1
        return Line(
            self.config, Database(self.url), self.vault, self.clock, self.texts, self.carrier
        )

    def restart(self) -> None:
        """Everything in memory is gone; the rows and the carrier are as they were."""
        self.line.database.close()
        self.line = self._start()

    def play(self, weeks: int) -> None:
        monday = self.clock.now()
        for week in range(weeks):
            begin = monday + timedelta(weeks=week)
            self._week(begin)
        self._until(monday + timedelta(weeks=weeks))

    def _week(self, begin: datetime) -> None:
        self._book_all()
        restarts = [begin + timedelta(days=d, hours=h) for d in range(7) for h in (4, 15.5)]
        happens = [(at, self.restart) for at in restarts]
        happens += [(self._sometime(begin), self._move) for _ in range(self.fate.randrange(2))]
        happens += [(self._sometime(begin), self._cancel)] * (self.fate.random() < 0.3)
        happens += [(self._sometime(begin), self._give_up) for _ in range(4)]
        happens += [(self._sometime(begin), self._no_power)] * (self.fate.random() < 0.3)
        happens += [(self._sometime(begin), self._no_carrier)] * (self.fate.random() < 0.3)
        happens += [(begin + timedelta(days=6, hours=12), self._mark)]
        for at, act in sorted(happens, key=lambda pair: pair[0]):
            if at > self.clock.now():
                self._until(at)
            act()

    def _sometime(self, begin: datetime) -> datetime:
        return begin + timedelta(minutes=self.fate.randrange(7 * 24 * 60))

    def _book_all(self) -> None:
        """Everybody texts (so that the phone is known to be theirs) and most take a seat or two."""
        coming = self._coming()
        for n, contact_id in enumerate(self.people):
            now = self.clock.now()
            wanted = 2 if self.chance.random() < 0.2 else 1
            for occurrence in self.chance.sample(coming, k=min(len(coming), wanted)):
                with self.line.database.write() as session:
                    contact = locked(session, contact_id)
                    contact.last_inbound_at = now
                    result = booking.book(session, self.line, contact, occurrence.id, now)
                    if result.came is booking.Came.BOOKED and result.appointment_id is not None:
                        seat = Seat(occurrence.starts_at, now)
                        self.seats.setdefault(result.appointment_id, []).append(seat)
            if n % 10 == 0:
                self.clock.move_to(now + timedelta(seconds=1))

    def _coming(self) -> list[Occurrence]:
        now = self.clock.now()
        with self.line.database.read() as session:
            return list(
                session.scalars(
                    select(Occurrence)
                    .where(
                        Occurrence.starts_at > now + timedelta(days=1),
                        Occurrence.starts_at < now + timedelta(days=9),
                        Occurrence.state == "planned",
                    )
                    .order_by(Occurrence.id)
                )
            )

    def _move(self) -> None:
        coming = self._coming()
        if not coming:
            return
        chosen, now = self.chance.choice(coming), self.clock.now()
        local = chosen.starts_at.astimezone(ZONE) + timedelta(days=self.chance.choice((0, 1)))
        hour = self.chance.choice((11, 14, 17, 19))
        with self.line.database.write() as session:
            moved = dates.move(session, self.line, chosen.id, f"{local:%Y-%m-%d}T{hour}:00", 1, now)
            if moved.starts_at == chosen.starts_at:
                return
            for row_id in self._held(session, chosen.id):
                self.seats[row_id][-1].ended_at = now
                self.seats[row_id].append(Seat(moved.starts_at, now))

    def _cancel(self) -> None:
        coming = self._coming()
        if not coming:
            return
        chosen, now = self.chance.choice(coming), self.clock.now()
        with self.line.database.write() as session:
            held = self._held(session, chosen.id)
            dates.cancel(session, self.line, chosen.id, "weather", 1, now)
            for row_id in held:
                self.seats[row_id][-1].ended_at = now

    def _held(self, session: object, occurrence_id: int) -> list[int]:
        return list(
            session.scalars(
                select(Appointment.id)
                .where(Appointment.occurrence_id == occurrence_id, Appointment.state == "booked")
                .order_by(Appointment.id)
            )
        )

    def _give_up(self) -> None:
        now = self.clock.now()
        live = [
            i for i, s in self.seats.items() if s[-1].ended_at is None and s[-1].starts_at > now
        ]
        if not live:
            return
        chosen = self.chance.choice(live)
        with self.line.database.write() as session:
            row = session.get_one(Appointment, chosen)
            locked(session, row.contact_id)
            booking.give_up(session, row.contact_id, chosen, now)
        self.seats[chosen][-1].ended_at = now

    def _mark(self) -> None:
        now = self.clock.now()
        with self.line.database.write() as session:
            rows = session.scalars(
                select(Appointment)
                .join(Occurrence, Occurrence.id == Appointment.occurrence_id)
                .where(
                    Appointment.state == "booked",
                    Appointment.attended.is_(None),
                    Occurrence.starts_at < now,
                    Occurrence.state == "planned",
                )
                .order_by(Appointment.id)  # fmt: skip
            ).all()
            for row in rows:
                came = self.chance.random() < 0.8
                after.mark(session, self.line, row.id, came, 1, now)

    def _no_power(self) -> None:
        """Six hours in which nothing runs."""
        begin = self.clock.now()
        self.outages.append((begin, begin + timedelta(hours=6)))
        self.clock.move_to(begin + timedelta(hours=6))
        self.restart()
        self._run()

    def _no_carrier(self) -> None:
        begin = self.clock.now()
        self.carrier.is_out = True
        self._until(begin + timedelta(hours=3))
        self.carrier.is_out = False
        # What was tried in vain waits a while before it is tried again.
        self.outages.append((begin, self.clock.now() + timedelta(minutes=30)))

    def _until(self, instant: datetime) -> None:
        while True:
            now = self.clock.now()
            asked = [job.next_at(self.line, now) for job in self._jobs() if job.next_at]
            soon = min((at for at in asked if at is not None and at <= instant), default=None)
            if soon is None:
                break
            self.clock.move_to(max(soon, now))
            self._run()
            if self.clock.now() == now and soon <= now:
                self.clock.move_to(now + timedelta(seconds=1))
        self.clock.move_to(max(instant, self.clock.now()))
        self._run()

    def _jobs(self) -> list[object]:
        return [job for job in JOBS if job.name in WORK]

    def _run(self) -> None:
        heard = len(self.carrier.taken)
        run_due(self.line, self.clock.now(), self._jobs())
        for text in self.carrier.taken[heard:]:
            if "3 other day" in text.body and self.chance.random() < 0.4:
                self._reply(text.to)

    def _reply(self, number: str) -> None:
        """Four in ten answer 1: they come."""
        self.replies += 1
        sid = f"SMin{self.replies:028d}"
        receive(self.line, Inbound(sid, number, "", "1", self.clock.now()))

    def _wall_after(self, weekday: int, hour: int) -> str:
        local = self.clock.now().astimezone(ZONE)
        day = local.date() + timedelta(days=(weekday - local.weekday()) % 7)
        return f"{day}T{hour:02d}:00"

    # The judge.

    def judge(self) -> Tally:
        """Counts the year: every reminder the play asked for, against the rows and the carrier."""
        tally, now = Tally(), self.clock.now()
        with self.line.database.read() as session:
            rows = session.execute(
                select(Reminder, Message).outerjoin(Message, Message.id == Reminder.message_id)
            ).all()
            found = session.execute(
                select(func.count(), func.sum(Message.segments)).where(
                    Message.carrier_sid.is_not(None), Message.direction == "outbound"
                )
            ).one()
        tally.texts, tally.segments = int(found[0]), int(found[1] or 0)
        steps = {(r.appointment_id, r.revision, r.step): (r, m) for r, m in rows}
        assert len(steps) == len(rows), "one row for each step of a revision"
        self._doubled(tally)
        for appointment_id, seats in self.seats.items():
            for seat in seats:
                for minutes in STEPS:
                    self._judge_one(tally, appointment_id, seat, minutes, rows, now)
        return tally

    def _judge_one(
        self, tally: Tally, appointment_id: int, seat: Seat, minutes: int, rows: object,
        now: datetime,
    ) -> None:  # fmt: skip
        meant = intended(seat.starts_at, minutes)
        if meant <= seat.known_at or meant > now:
            return
        tally.intended += 1
        match = [
            (r, m)
            for r, m in self._of(rows, appointment_id)
            if r.step == str(minutes) and r.meant_at == meant
        ]
        row, message = match[-1] if match else (None, None)
        was_given_up = seat.ended_at is not None and seat.ended_at <= row_due(row, meant)
        if row is None:
            tally.missed += 1
        elif message is not None and message.carrier_sid is not None:
            tally.sent += 1
            in_outage = self._in_outage(row.due_at)
            if message.sent_at - row.due_at > LATE and not in_outage:
                tally.late += 1
            if message.sent_at >= seat.starts_at:
                tally.late += 1
        else:
            reason = str(row.reason or (message.reason if message else row.state))
            tally.dropped[reason] += 1
            if not was_given_up and not self._in_outage(row.due_at) and reason != "quiet":
                tally.missed += 1

    def _of(self, rows: object, appointment_id: int) -> list[tuple[Reminder, Message | None]]:
        if not hasattr(self, "_by_seat"):
            self._by_seat: dict[int, list[tuple[Reminder, Message | None]]] = {}
            for r, m in rows:
                self._by_seat.setdefault(r.appointment_id, []).append((r, m))
        return self._by_seat.get(appointment_id, [])

    def _in_outage(self, at: datetime) -> bool:
        return any(begin <= at < end + LATE for begin, end in self.outages)

    def _doubled(self, tally: Tally) -> None:
        """The same words to the same phone twice within two hours."""
        last: dict[tuple[str, str], datetime] = {}
        for text in self.carrier.taken:
            if "1 yes 2 no" not in text.body:
                continue
            key = (text.to, text.body)
            if key in last and text.at - last[key] < timedelta(hours=2):
                tally.doubled += 1
            last[key] = text.at


def row_due(row: Reminder | None, meant: datetime) -> datetime:
    return max(row.due_at, meant) if row is not None else meant


def intended(starts_at: datetime, minutes: int) -> datetime:
    """So long before on the wall clock, worked out by hand: days by the calendar, hours by time."""
    if minutes % 1440:
        return starts_at - timedelta(minutes=minutes)
    local = starts_at.astimezone(ZONE)
    day = local.date() - timedelta(days=minutes // 1440)
    wall = datetime(day.year, day.month, day.day, local.hour, local.minute, tzinfo=ZONE)
    return wall.astimezone(starts_at.tzinfo)
