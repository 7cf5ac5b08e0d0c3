"""Gathers the facts that a conversation asked for, as they stand at this moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import bindparam, select

from bot import directory, law
from bot.case import Case
from bot.facts import Facts, Looked, OccurrenceFact
from bot.hours import is_staffed, reads_next
from bot.reports import sharing
from records.models import Consent, Event, Occurrence

SHOWN = 3


def gather(case: Case, needs: Collection[str]) -> Facts:
    """Facts named by `needs`: "occurrences", "resources", "consents", "safety_notes".

    The rest is always there. Named facts are read in the case's transaction, when a step looks
    at them.
    """
    local = case.line.local(case.now)
    hours = case.line.config.staffed_hours
    contact = case.contact
    paused_until = contact.paused_until_at
    reads: dict[str, Callable[[], Mapping[str, Any]]] = {
        "occurrences": lambda: _occurrences(case),
        "resources": lambda: directory.sendable(case.session, local.date()),
        "consents": lambda: _consents(case),
        "safety_notes": lambda: {"new": sharing.newest(case.session, case.line, local.date())},
    }
    return Facts(
        now_local=local,
        is_staffed=is_staffed(local, hours),
        reads_next_local=reads_next(local, hours),
        is_new=contact.introduced_at is None,
        minimum_age=case.line.config.minimum_age,
        safe_to_text=contact.safe_to_text,
        age_ok=contact.age_ok,
        is_paused=paused_until is not None and paused_until > case.now,
        kept_days=law.of(case.line.config.legal_profile).text_days,
        legal_profile=case.line.config.legal_profile,
        is_erasing=contact.erase_asked_at is not None,
        **{name: Looked(reads[name]) for name in needs},
    )


_COMING = (
    select(
        Occurrence.starts_at,
        Event.kind,
        Event.name,
        Event.place,
        Event.has_food,
        Event.has_ride,
        Event.is_sample,
    )
    .join(Event, Occurrence.event_id == Event.id)
    .where(Occurrence.starts_at > bindparam("now"), Occurrence.state == "planned")
    .order_by(Occurrence.starts_at)
    .limit(60)
)


def _occurrences(case: Case) -> dict[str, tuple[OccurrenceFact, ...]]:
    rows = case.session.connection().execute(_COMING, {"now": case.now}).all()
    by_kind: dict[str, list[OccurrenceFact]] = defaultdict(list)
    for row in rows:
        facts = by_kind[row.kind]
        if len(facts) < SHOWN:
            facts.append(
                OccurrenceFact(
                    kind=row.kind,
                    name=row.name,
                    starts_local=case.line.local(row.starts_at),
                    place=row.place,
                    has_food=row.has_food,
                    has_ride=row.has_ride,
                    is_sample=row.is_sample,
                )
            )
    return {kind: tuple(facts) for kind, facts in by_kind.items()}


_CONSENTS = (
    select(Consent.purpose, Consent.given)
    .where(Consent.contact_id == bindparam("contact"))
    .order_by(Consent.id)
)


def _consents(case: Case) -> dict[str, bool]:
    rows = case.session.execute(_CONSENTS, {"contact": case.contact.id})
    return {purpose: given for purpose, given in rows}
