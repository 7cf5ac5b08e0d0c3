"""What one text costs when ten thousand are stored, and when a million are."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from pydantic import SecretStr
from sqlalchemy import Integer, String, cast, insert, literal, select, text, update

from bot import outbox
from bot.inbound import Inbound, receive
from bot.line import Line
from records import migrate
from records.clock import SystemClock
from records.database import Database
from records.keyring import KeyRing
from records.models import Address, Contact, Conversation, DeliveryReceipt, Message
from records.models.conversations import Question
from service import compose, seed
from service.line_config import line_config
from service.settings import Settings
from tests.bench.load import WORDS
from tests.bench.places import Places, places
from tests.bench.report import Report, machine, table
from tests.carrier import ScriptedCarrier

CONTACTS = 20_000
MOST_GROWTH = 1.2
#: How many contacts (the first ones) have texts up to which number: few write much, many little.
SMALL = ((4_000, 1), (400, 11), (40, 61))
LARGE = ((20_000, 20), (2_000, 220), (200, 1_220))
QUICK_LARGE = ((20_000, 5), (2_000, 25), (200, 125))
BATCH = 60


@dataclass
class Stored:
    """A line whose tables hold a known number of messages."""

    line: Line
    messages: int
    chance: random.Random
    sent: int = 0

    def cost(self) -> float:
        """Processor seconds for one text in and its answers out, the database's share included."""
        before = processor_seconds(self.line.database)
        for _ in range(BATCH):
            self._one()
        return (processor_seconds(self.line.database) - before) / BATCH

    def _one(self) -> None:
        self.sent += 1
        phone, line = self.chance.randrange(CONTACTS), self.line
        words, sid = self.chance.choice(WORDS), f"SMnew{self.sent:027d}"
        receive(line, Inbound(sid, number_of(phone), "+16135550100", words, line.now()))
        while claims := outbox.claim_due(line, line.now()):
            for claim in claims:
                outbox.send_one(line, claim)


def main(report: Report) -> None:
    """Both sizes in turn on the same database engine, and the median of the pairs' ratios."""
    sizes = (SMALL, QUICK_LARGE if report.quick else LARGE)
    pairs = 5 if report.quick else 25
    for kind in ("sqlite", "postgresql"):
        machine()
        with places() as found:
            begun = time.monotonic()
            small, large = (_store(found, kind, shape) for shape in sizes)
            print(f"stored {small.messages} and {large.messages} messages on {kind} "
                  f"in {time.monotonic() - begun:.0f} s", flush=True)  # fmt: skip
            small.cost(), large.cost()
            costs = [(small.cost(), large.cost()) for _ in range(pairs)]
            small.line.database.close()
            large.line.database.close()
        _tell(report, kind, (small, large), costs)


def _tell(
    report: Report, kind: str, stored: tuple[Stored, Stored], costs: list[tuple[float, float]]
) -> None:
    medians = [median(cost) * 1000 for cost in zip(*costs, strict=True)]
    table(
        f"Processor time for one text in and out, {kind}",
        ("messages stored", "ms"),
        [(one.messages, f"{cost:.2f}") for one, cost in zip(stored, medians, strict=True)],
    )
    growth = median(large / small for small, large in costs)
    report.most(f"flat {kind}: {stored[1].messages} to {stored[0].messages}", growth, MOST_GROWTH)


def _store(found: Places, kind: str, shape: tuple[tuple[int, int], ...]) -> Stored:
    name = f"held{shape[0][0]}"
    database = Database(found.url(kind, name))
    migrate.upgrade(database)
    line = line_on(database, found.folder / f"{name}-keys.db")
    seed.seed(line)
    contacts(line)
    messages = _messages(line, shape)
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    return Stored(line, messages, random.Random(7))


def line_on(database: Database, keys: Path) -> Line:
    settings = Settings(
        _env_file=None,
        key_store_url=f"sqlite:///{keys}",
        sealing_keys=SecretStr(KeyRing.new_part("bench")),
        send_rate=1e6,
        quiet_hours="0-0",
    )
    clock = SystemClock()
    vault = compose.vault_for(settings, clock)
    return compose.assemble(line_config(settings), database, vault, clock, ScriptedCarrier(clock))


def number_of(phone: int) -> str:
    return f"+1613{5000000 + phone:07d}"


def contacts(line: Line, count: int = CONTACTS) -> None:
    """Known phones, introduced long ago, each with its own key."""
    long_ago = line.now() - timedelta(days=400)
    people, addresses, conversations = [], [], []
    for phone in range(count):
        contact_id, ref = phone + 1, line.vault.keys.new_ref()
        sealed = line.vault.seal(ref, f"address.identifier:{contact_id}", number_of(phone))
        index = line.vault.index("address.sms", number_of(phone))
        people.append({"id": contact_id, "data_key": ref, "created_at": long_ago,
                       "introduced_at": long_ago, "next_seq": 5_000})  # fmt: skip
        addresses.append({"id": contact_id, "contact_id": contact_id, "channel": "sms",
                          "identifier_index": index, "identifier_sealed": sealed,
                          "created_at": long_ago, "proven_at": long_ago})  # fmt: skip
        conversations.append({"contact_id": contact_id, "offered_at": long_ago})
    with line.database.write() as session:
        session.execute(insert(Contact), people)
        session.execute(insert(Address), addresses)
        session.execute(insert(Conversation), conversations)


def _messages(line: Line, shape: tuple[tuple[int, int], ...]) -> int:
    """Texts in and out by turns over a year, each answer with its receipts and a question."""
    stored, first, last = 0, 1, shape[-1][1]
    for contacts, upto in shape:
        for begin in range(first, upto + 1, 50):
            with line.database.write() as session:
                for seq in range(begin, min(upto, begin + 49) + 1):
                    at = datetime.now(UTC) - timedelta(days=360 * (1 - seq / (last + 1)) + 1)
                    for statement in rows_of(seq, contacts, at):
                        session.execute(statement)
                    stored += contacts
        first = upto + 1
    with line.database.write() as session:
        session.execute(update(Contact).values(last_inbound_at=line.now() - timedelta(days=1)))
    return stored


def rows_of(seq: int, few: int, at: datetime) -> list[object]:
    """Statements that give each of the first `few` contacts their `seq`th text, its receipts and
    its question; the first of them is the texts alone."""
    is_in = seq % 2 == 1
    row_id = Contact.id + literal(seq * 100_000)
    name = literal("SMold") + cast(row_id, String)
    those = Contact.id <= few
    fixed = {
        "direction": "inbound" if is_in else "outbound",
        "channel": "sms",
        "purpose": "inbound" if is_in else "reply",
        "state": "received" if is_in else "delivered",
        "body_sealed": b"\x00" * 90,
        "created_at": at, "final_at": at, "carrier_blanked_at": at, "sent_at": at,
        "due_at": at, "expires_at": at, "lane": 1, "attempts": 1, "media_count": 0,
        "is_late": False, "sender": "+16135550100",
    }  # fmt: skip
    values = [literal(value, Message.__table__.c[key].type) for key, value in fixed.items()]
    source = select(row_id, Contact.id, literal(seq, Integer), Contact.id, name, *values).where(
        those
    )
    columns = ["id", "contact_id", "seq", "address_id", "carrier_sid", *fixed]
    statements: list[object] = [insert(Message).from_select(columns, source)]
    if not is_in:
        statements += [_receipts(row_id, name, those, at), _question(row_id, those, at)]
    return statements


def _receipts(row_id: object, name: object, few: object, at: datetime) -> object:
    columns = ["id", "carrier_sid", "status", "message_id", "received_at", "is_matched"]
    when = literal(at, DeliveryReceipt.__table__.c.received_at.type)
    source = select(row_id, name, literal("delivered"), row_id, when, literal(True)).where(few)
    return insert(DeliveryReceipt).from_select(columns, source)


def _question(row_id: object, few: object, at: datetime) -> object:
    when = literal(at, Question.__table__.c.asked_at.type)
    fixed = {"flow": "menu", "step": "picked", "choices": "1,2", "tries": 0, "outcome": "answered"}
    columns = ["id", "message_id", "contact_id", "asked_at", "expires_at", "closed_at", *fixed]
    values = [literal(value) for value in fixed.values()]
    source = select(row_id, row_id, Contact.id, when, when, when, *values).where(few)
    return insert(Question).from_select(columns, source)


def processor_seconds(database: Database) -> float:
    """Of this process and, on PostgreSQL, of the server processes that work for it."""
    own = time.process_time()
    if database.is_sqlite:
        return own
    with database.read() as session:
        pids = session.scalars(text(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_type = 'client backend'"
        )).all()  # fmt: skip
    return own + sum(_of_process(pid) for pid in pids)


def _of_process(pid: int) -> float:
    """Seconds of a process; the kernel counts them in nanoseconds in `schedstat`."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0
