"""What a run proves: lost, doubled, out of order, not paged, and how soon the first page left."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from records.errors import MendableError
from records.models import Contact, Escalation, Message, Page
from simulator.model import Accepted
from tests.chaos.crowd import ITEM, SERIAL, STAFF, Crowd
from tests.chaos.mischief import Mischief
from tests.chaos.world import World
from tests.faults.judge import Verdict, judge

P95_SECONDS, P99_SECONDS, KILLED_SECONDS = 5.0, 15.0, 60.0


@dataclass
class Figures:
    """The outcome of one run; times in seconds of the computer's own clock."""

    database: str
    texts: int
    kills: int
    mischief: Counter[str]
    verdict: Verdict
    unpaged: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    calm: list[float] = field(default_factory=list)
    across: list[float] = field(default_factory=list)
    took: float = 0.0

    @property
    def pages(self) -> list[float]:
        return sorted(self.calm + self.across)

    @property
    def is_clean(self) -> bool:
        """Nothing lost, doubled or overtaken, and every urgent text was paged."""
        return self.verdict.is_clean and not self.unpaged

    @property
    def is_quick(self) -> bool:
        """The promises about time."""
        pages = self.pages
        return bool(pages) and (
            share(pages, 0.95) < P95_SECONDS
            and share(pages, 0.99) < P99_SECONDS
            and pages[-1] < KILLED_SECONDS
        )


def share(ordered: Sequence[float], part: float) -> float:
    """The value that `part` of an ordered list does not exceed; 0 for none."""
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0


def weigh(world: World, crowd: Crowd, mischief: Mischief, took: float) -> Figures:
    """Reads the carrier's books and our rows, and compares."""
    ledger = world.company.ledger()
    sids = world.company.inbound()
    verdict = judge(world.line.database, sids, ledger, STAFF, world.line.now())
    _strangers(world, verdict, sids)
    _serials(world, verdict, crowd)
    figures = Figures(world.kind, crowd.texts, mischief.kills, +mischief.done, verdict, took=took)
    _pages(world, crowd, ledger, figures, mischief)
    return figures


def _strangers(world: World, verdict: Verdict, sids: Iterable[str]) -> None:
    """A row of a text that no phone sent under that id is a text kept twice."""
    known = set(sids)
    with world.line.database.read() as session:
        rows = session.scalars(select(Message.carrier_sid).where(Message.direction == "inbound"))
        strange = [sid for sid in rows if sid not in known]
    verdict.doubled += [f"inbound {sid}: kept, but nobody sent it" for sid in strange]


def _serials(world: World, verdict: Verdict, crowd: Crowd) -> None:
    """Each body carries its number: every number is kept once, under its own id."""
    vault = world.line.vault
    with world.line.database.read() as session:
        rows = session.execute(
            select(Message.id, Message.carrier_sid, Message.body_sealed, Contact.data_key)
            .join(Contact, Contact.id == Message.contact_id)
            .where(Message.direction == "inbound", Message.body_sealed.is_not(None))
        ).all()
    seen: Counter[int] = Counter()
    for row_id, sid, sealed, ref in rows:
        try:
            found = SERIAL.search(vault.open(ref, f"message.body:{row_id}", sealed or b""))
        except MendableError as error:
            verdict.lost.append(f"inbound {sid}: {type(error).__name__}")
            continue
        serial = int(found[1]) if found else -1
        seen[serial] += 1
        if sid in crowd.sent and crowd.sent[sid] != serial:
            verdict.lost.append(f"inbound {sid}: holds other words")
    verdict.doubled += [f"text {n}: kept {times} times" for n, times in seen.items() if times > 1]


def _pages(
    world: World,
    crowd: Crowd,
    ledger: Sequence[Accepted],
    figures: Figures,
    mischief: Mischief,
) -> None:
    with world.line.database.read() as session:
        alerts = list(session.scalars(select(Escalation)))
        first = _first_pages(session, alerts, ledger)
        figures.unpaged += unpaged(session, alerts, first, crowd.urgent)
    for alert in alerts:
        if alert.id in first:
            _time(world, figures, mischief, alert.opened_at, first[alert.id])


def _first_pages(
    session: Session, alerts: Sequence[Escalation], ledger: Sequence[Accepted]
) -> dict[int, datetime]:
    """When the carrier first took a page of each alert, by its own books.

    A text names its item; a call is known by its row. A sender that died before it wrote down
    what the carrier took has paged somebody all the same.
    """
    taken: dict[str, datetime] = {entry.sid: entry.at for entry in ledger}
    named = {str(alert.number): alert.id for alert in alerts}
    found = [
        (named[item[1]], entry.at)
        for entry in ledger
        if entry.to_number in STAFF and (item := ITEM.search(entry.body)) and item[1] in named
    ]
    for escalation_id, sid in session.execute(
        select(Page.escalation_id, Message.carrier_sid).join(Message, Message.id == Page.message_id)
    ):
        if escalation_id is not None and sid in taken:
            found.append((escalation_id, taken[sid]))
    first: dict[int, datetime] = {}
    for escalation_id, at in found:
        first[escalation_id] = min(at, first.get(escalation_id, at))
    return first


def unpaged(
    session: Session,
    alerts: Iterable[Escalation],
    first: Mapping[int, datetime],
    sids: Iterable[str],
) -> list[str]:
    """Which urgent texts no alert that was open then, and of which a page was taken, covers.

    An alert covers texts from the one that opened it on, by their place and not by the clock:
    of two that come in one instant the one that is kept first may be the younger.
    """
    begun = select(Escalation.id, func.min(Message.seq)).join(
        Message,
        and_(
            Message.contact_id == Escalation.contact_id,
            Message.direction == "inbound",
            Message.created_at == Escalation.opened_at,
        ),
    )
    place = {row[0]: row[1] or 0 for row in session.execute(begun.group_by(Escalation.id))}
    paged = [alert for alert in alerts if alert.id in first and alert.id in place]
    texts = session.scalars(select(Message).where(Message.carrier_sid.in_(sorted(sids)))).all()
    return [
        f"urgent {text.carrier_sid}: nobody was paged"
        for text in texts
        if not any(_covers(alert, place[alert.id], text) for alert in paged)
    ]


def _covers(alert: Escalation, place: int, text: Message) -> bool:
    is_open = alert.resolved_at is None or alert.resolved_at >= text.created_at
    return alert.contact_id == text.contact_id and place <= (text.seq or 0) and is_open


def _time(
    world: World, figures: Figures, mischief: Mischief, opened: datetime, paged: datetime
) -> None:
    real = world.company.real
    begin, end = real(opened.timestamp()), real(paged.timestamp())
    deaths = world.deaths
    place = bisect_left(deaths, begin - 0.2)
    is_across = place < len(deaths) and deaths[place] <= end
    is_across |= any(a <= end and b >= begin for a, b, _ in mischief.blows)
    (figures.across if is_across else figures.calm).append(max(0.0, end - begin))
    if end - begin > P95_SECONDS:
        figures.late.append(_late(world, mischief, begin, end))


def _late(world: World, mischief: Mischief, begin: float, end: float) -> str:
    """What struck between a text and its late page, in seconds after the text was kept."""
    struck = [(at, f"{guard.name} died") for guard in world.guards for at in guard.deaths]
    struck += [(at, name) for at, _, name in mischief.blows]
    struck += [(at, f"{guard.name} up") for guard in world.guards for at in guard.ups]
    near = [f"{at - begin:+.1f} {what}" for at, what in sorted(struck) if begin - 3 < at < end]
    return f"{end - begin:.1f} s: " + ", ".join(near)


def table(figures: Figures) -> str:
    """The outcome as it goes into the records, with what was wrong and what struck late pages."""
    verdict, pages = figures.verdict, figures.pages
    troubles = ", ".join(f"{name} {count}" for name, count in sorted(figures.mischief.items()))
    rows = [
        ("texts", f"{figures.texts}"),
        ("SIGKILLs", f"{figures.kills}"),
        ("troubles", troubles),
        ("lost", f"{len(verdict.lost)}   ({bound(len(verdict.lost), figures.texts)})"),
        ("doubled to clients", f"{len(verdict.doubled)}"),
        ("out of order", f"{len(verdict.disordered)}"),
        ("urgent texts not paged", f"{len(figures.unpaged)}"),
        ("alerts paged", f"{len(pages)}, {len(figures.across)} of them across a blow"),
        (
            "first page, seconds",
            f"p50 {share(pages, 0.5):.2f}  p95 {share(pages, 0.95):.2f}  "
            f"p99 {share(pages, 0.99):.2f}  longest {pages[-1] if pages else 0:.2f}",
        ),
        (
            "  of these undisturbed",
            f"p95 {share(sorted(figures.calm), 0.95):.2f}  "
            f"longest {max(figures.calm, default=0):.2f}",
        ),
        ("minutes", f"{figures.took / 60:.1f}"),
    ]
    lines = [f"== {figures.database} =="] + [f"{name:<24} {value}" for name, value in rows]
    wrong = [*verdict.lost, *verdict.doubled, *verdict.disordered, *figures.unpaged]
    lines += [f"  ! {one}" for one in wrong[:20]]
    return "\n".join(lines + [f"  late: {one}" for one in figures.late[:40]])


def bound(bad: int, trials: int) -> str:
    """What none of so many proves, with 95 % confidence: less than three in that many."""
    return f"proves less than {3 / max(trials, 1):.1e} a text" if not bad else "not acceptable"
