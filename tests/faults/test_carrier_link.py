"""The line and the phone company are there, and the wire between them is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from records.models import QueueItem
from records.models.messages import State
from tests.faults.conftest import Trouble, mend
from tests.faults.tcp_proxy import Link
from tests.faults.three import ANNA, BEN, CLEO, paged, three_people_text


def crawl(link: Link) -> None:
    link.bytes_per_second = 400.0


TROUBLES: dict[str, Callable[[Link], None]] = {
    "answers cut": Link.cut_answers,
    "silent": Link.vanish,
    "crawling": crawl,
}


def alarms(trouble: Trouble) -> set[str | None]:
    """What the line tells its operator at this moment."""
    with trouble.stage.line.database.read() as session:
        found = session.query(QueueItem).filter_by(kind="alarm", resolved_at=None)
        return {item.subject for item in found}


def is_made_good(trouble: Trouble, calm: dict[str, list[str]]) -> None:
    """Nothing lost, doubled or out of order; somebody was paged; all heard what they should."""
    verdict = trouble.verdict()
    assert verdict.is_clean, verdict
    assert paged(trouble)
    for who in (ANNA, BEN):
        assert sorted(trouble.heard(who)) == sorted(calm[who])
        assert trouble.heard(who) == trouble.taken(who)
    assert set(calm[CLEO]) <= set(trouble.heard(CLEO))


def test_a_cut_wire_is_an_alarm_until_it_is_mended(
    trouble: Trouble, carrier_link: Link, calm: dict[str, list[str]]
) -> None:
    carrier_link.cut()
    three_people_text(trouble)
    trouble.minutes(2)
    assert trouble.stage.network.ledger() == []
    assert {row.state for row in trouble.rows("outbound")} == {State.QUEUED}
    assert "queue_growing" in alarms(trouble)
    mend(trouble, carrier_link)
    trouble.minutes(3)
    is_made_good(trouble, calm)
    assert "queue_growing" not in alarms(trouble)


# What the wire does to the carrier's answers is the same whatever the rows are kept in.
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", TROUBLES)
def test_all_waits_and_nothing_is_doubled_while_the_wire_is_bad(
    trouble: Trouble, carrier_link: Link, calm: dict[str, list[str]], name: str
) -> None:
    TROUBLES[name](carrier_link)
    three_people_text(trouble)
    trouble.minutes(1)
    mend(trouble, carrier_link)
    trouble.minutes(3)
    is_made_good(trouble, calm)
