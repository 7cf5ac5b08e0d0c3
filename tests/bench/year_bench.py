"""A year of the program with 150 clients: nothing doubled, missed or late outside outages."""

from __future__ import annotations

import resource
import time
from datetime import datetime

from bot.line import LineConfig
from records import migrate
from records.clock import ManualClock
from records.database import Database
from records.keyring import KeyRing
from records.keystore import KeyStore
from records.vault import Vault
from service.rehearsal import ZONE, stage_config
from tests.bench.places import places
from tests.bench.report import Report, table
from tests.year import Year

PEOPLE, WEEKS = 150, 52
QUICK_PEOPLE, QUICK_WEEKS = 30, 8
BEGIN = datetime(2027, 1, 4, 11, tzinfo=ZONE)
#: What a carrier asks for a segment in Canada, about, in US dollars; both directions cost.
SEGMENT = 0.0083


def main(report: Report) -> None:
    people, weeks = (QUICK_PEOPLE, QUICK_WEEKS) if report.quick else (PEOPLE, WEEKS)
    config: LineConfig = stage_config()
    clock = ManualClock(BEGIN)
    store = Database("sqlite://")
    keys = KeyStore(store, KeyRing.parse(KeyRing.new_part("year")), clock.now)
    keys.create_tables()
    with places() as made:
        url = made.url("sqlite", "year")
        database = Database(url)
        migrate.upgrade(database)
        database.close()
        begun, cpu = time.monotonic(), _cpu()
        year = Year(url, Vault(keys), clock, config, people)
        year.play(weeks)
        seconds, cpu = time.monotonic() - begun, _cpu() - cpu
        tally = year.judge()
        year.line.database.close()
    dropped = sum(tally.dropped.values())
    rows = [
        ("clients, weeks, restarts, outages",
         f"{people}, {weeks}, {year.restarts}, {len(year.outages)}"),
        ("reminders meant, sent, dropped", f"{tally.intended}, {tally.sent}, {dropped}"),
        *((f"  dropped: {why}", n) for why, n in tally.dropped.most_common()),
        ("texts, segments", f"{tally.texts}, {tally.segments}"),
        ("cost of segments at 0.0083", f"{tally.segments * SEGMENT:.2f}"),
        ("processor seconds, seconds", f"{cpu:.0f}, {seconds:.0f}"),
    ]  # fmt: skip
    table("A year of reminders", ("what", "how much"), rows)
    for name, value in (("doubled", tally.doubled), ("missed", tally.missed), ("late", tally.late)):
        report.most(f"a year: {name} outside outages", float(value), 0)
    adds_up = tally.intended == tally.sent + dropped
    report.bar("a year: sent and dropped add up", str(tally.sent + dropped),
               str(tally.intended), adds_up)  # fmt: skip


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
