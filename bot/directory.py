"""Which services may be told to a client today, and which a person must check first."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

import records
from bot.case import add_item
from bot.engine import Text
from bot.facts import ResourceFact
from bot.flows._services import line
from records.models import Resource
from records.rows import look

DATA = Path(records.__file__).parent / "data" / "resources.toml"
#: Who "checked" a row that came from the data file. Staff who edit a row put their own name
#: there, and from then on the file leaves the row alone.
FILE = "data file"
VERIFIED = "verified"
#: The row that answers in Inuktitut by voice whatever the trouble is.
SPEAKS_INUKTITUT = "hope_for_wellness"

#: The row that answers in French, for the kinds of trouble that it is there for.
SPEAKS_FRENCH = "femaide"
FRENCH_FOR = frozenset({"violence", "sexual_assault", "threats"})

#: Lines that fit each kind of urgent text, best first, beside 911 and 988, which stand in
#: the texts themselves.
LINES_FOR: dict[str, tuple[str, ...]] = {
    "suicide": ("hope_for_wellness", "mental_health_crisis"),
    "self_harm": ("hope_for_wellness", "mental_health_crisis"),
    "overdose": ("poison_centre",),
    "violence": ("assaulted_women", "talk4healing"),
    "held": ("trafficking_hotline",),
    "sexual_assault": ("sadv_navigation", "talk4healing"),
    "threats": ("assaulted_women", "victim_support_line"),
    "stranded": ("ottawa_311",),
    "freezing": ("ottawa_311",),
    "withdrawal": ("connex", "health_811"),
    "child": ("kids_help_phone",),
    "medical": ("health_811",),
    "police": ("legal_aid",),
    "housing": ("ottawa_311",),
    "wants_out": ("trafficking_hotline", "talk4healing"),
    "wants_person": ("hope_for_wellness",),
    "distress": ("hope_for_wellness", "distress_centre"),
    "help": ("hope_for_wellness",),
    "not_ok": ("hope_for_wellness", "distress_centre"),
    "generic": ("hope_for_wellness",),
}


def load_rows(path: Path | None = None) -> tuple[dict[str, Any], ...]:
    """The data file's rows as columns of Resource; only a verified row may be sent."""
    content = tomllib.loads((path or DATA).read_text(encoding="utf-8"))
    return tuple(_columns(row, content["checked_on"]) for row in content["resource"])


def sync(session: Session) -> int:
    """Puts the data file's rows into the database; rows that staff edited stay as they are.

    Returns how many rows were added or changed.
    """
    found = _changes(session)
    for row, columns in found:
        if row is None:
            session.add(Resource(**columns))
            continue
        for name, value in columns.items():
            setattr(row, name, value)
    session.flush()
    return len(found)


def behind(session: Session) -> int:
    """How many rows `sync` would add or change."""
    return len(_changes(session))


def _changes(session: Session) -> list[tuple[Resource | None, dict[str, Any]]]:
    known = {row.slug: row for row in session.scalars(select(Resource))}
    pairs = [(known.get(columns["slug"]), columns) for columns in load_rows()]
    return [
        (row, columns)
        for row, columns in pairs
        if row is None or (row.checked_by == FILE and _differs(row, columns))
    ]


def sendable(session: Session, today: date) -> dict[str, tuple[ResourceFact, ...]]:
    """Services that may be told to a client on `today`, by category, best first."""
    rows = _verified(session)
    stale = _stale(rows, today)
    untold = stale - _last_resorts(rows, stale)
    by_category: dict[str, list[ResourceFact]] = defaultdict(list)
    for row in rows:
        if row.slug not in untold:
            by_category[row.category].append(_fact(row))
    return {category: tuple(facts) for category, facts in by_category.items()}


def is_stale(row: Resource | Row[Any], today: date) -> bool:
    """Is the last check too long ago to send this row? 911 and 988 never go stale."""
    if row.never_stale:
        return False
    if row.checked_on is None:
        return True
    return bool(today > row.checked_on + timedelta(days=row.stale_after_days))


def review_stale(session: Session, now: datetime, today: date) -> int:
    """Opens a task for every stale row, an alarm where it is the last one of an urgent kind.

    Returns how many rows are stale. Safe to call again: one open task for one row.
    """
    rows = _verified(session)
    stale = _stale(rows, today)
    kept = _last_resorts(rows, stale)
    for slug in (row.slug for row in rows if row.slug in stale):
        kind, level = ("alarm", "urgent") if slug in kept else ("stale_resource", "routine")
        key = f"{kind}:resource:{slug}"
        add_item(session, now, kind, level, dedupe_key=key, subject=slug)
    return len(stale)


def lines_for(
    kind: str,
    resources: Mapping[str, Iterable[ResourceFact]],
    locale: str,
    *,
    needs_bed: bool = False,
) -> tuple[Text, ...]:
    """The lines that fit an urgent text of `kind`, as texts to stand in its first reply.

    `resources` is what `sendable` gave. Names are the discreet ones. Who reads Inuktitut gets
    the lines that have a speaker first, and always at least one such while one is sendable;
    who reads French those that answer in French. `needs_bed`: those of a place tonight as well.
    """
    facts = {fact.slug: fact for found in resources.values() for fact in found}
    slugs = LINES_FOR.get(kind, LINES_FOR["generic"])
    slugs += tuple(s for s in LINES_FOR["housing"] if needs_bed and s not in slugs)
    found = [facts[slug] for slug in slugs if slug in facts]
    if locale.startswith("iu"):
        found.sort(key=lambda fact: fact.ask_inuktitut is None)
        if SPEAKS_INUKTITUT in facts and not any(fact.ask_inuktitut for fact in found):
            found.append(facts[SPEAKS_INUKTITUT])
    if locale == "fr":
        if kind in FRENCH_FOR and SPEAKS_FRENCH in facts:
            found.append(facts[SPEAKS_FRENCH])
        found.sort(key=lambda fact: "French" not in fact.languages)
    return tuple(line(fact, locale) for fact in found)


def _stale(rows: Iterable[Row[Any]], today: date) -> frozenset[str]:
    return frozenset(row.slug for row in rows if is_stale(row, today))


def _last_resorts(rows: Iterable[Row[Any]], stale: Collection[str]) -> frozenset[str]:
    """For each urgent kind whose every row is stale, the newest: it is better than none."""
    by_slug = {row.slug: row for row in rows if not row.never_stale}
    kept = set()
    for slugs in LINES_FOR.values():
        mine = [by_slug[slug] for slug in slugs if slug in by_slug]
        if mine and all(row.slug in stale for row in mine):
            kept.add(max(mine, key=lambda row: row.checked_on or date.min).slug)
    return frozenset(kept)


#: A verified row, as far as it is told to clients.
_VERIFIED = (
    select(
        Resource.slug,
        Resource.category,
        Resource.name,
        Resource.discreet_name,
        Resource.call,
        Resource.text,
        Resource.hours,
        Resource.ask_inuktitut,
        Resource.area,
        Resource.languages,
        Resource.never_stale,
        Resource.checked_on,
        Resource.stale_after_days,
    )
    .where(Resource.sendable)
    .order_by(Resource.rank, Resource.slug)
)


def _verified(session: Session) -> list[Row[Any]]:
    found: Iterable[Row[Any]] = look(session, _VERIFIED, {})
    return [row for row in found if row.call or row.text]


def _columns(row: Mapping[str, Any], checked_on: date) -> dict[str, Any]:
    columns = {name: value for name, value in row.items() if name != "status"}
    checked_on = row.get("checked_on", checked_on)
    is_verified = row["status"] == VERIFIED
    return {
        "call": None,
        "text": None,
        "hours": "",
        "languages": "",
        "ask_inuktitut": None,
        "area": "",
        "notes": "",
        "never_stale": False,
        **columns,
        "checked_on": checked_on if is_verified else None,
        "checked_by": FILE,
        "sendable": is_verified and bool(row.get("call") or row.get("text")),
    }


def _differs(row: Resource, columns: Mapping[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in columns.items())


def _fact(row: Row[Any]) -> ResourceFact:
    return ResourceFact(
        slug=row.slug,
        category=row.category,
        name=row.name,
        discreet_name=row.discreet_name,
        call=row.call,
        text=row.text,
        hours=row.hours,
        ask_inuktitut=row.ask_inuktitut,
        area=row.area,
        languages=row.languages,
    )
