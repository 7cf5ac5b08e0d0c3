"""Each thing that can go wrong at the phone company, and what three people notice of it."""

from __future__ import annotations

from typing import Any

import pytest

from records.models.messages import State
from simulator.faults import DEFAULTS
from simulator.strings import FAULTS
from tests.faults.conftest import Trouble
from tests.faults.three import ANNA, BEN, CLEO, paged, three_people_text

#: The switch, how it is set, and what it is called here.
SWITCHES: dict[str, dict[str, Any]] = {
    "slow": {"seconds": 20.0},
    "refuse 429": {"code": 429, "seconds": 5.0},
    "refuse 500": {"code": 500},
    "refuse 503": {"code": 503, "seconds": 2.0},
    "refuse reset": {"code": 0},
    "accept_then_timeout": {"seconds": 30.0},
    "broken_json": {},
    "duplicate": {"copies": 5},
    "reorder": {"seconds": 3.0},
    "webhook_down": {"count": 4},
    "bad_signature": {"count": 4},
    "queue_delay": {"seconds": 60.0},
}


def test_every_switch_there_is_stands_on_the_page_and_is_tried_here() -> None:
    alone = {"reject", "accept_and_drop"}  # never delivered: tests of their own, below
    assert {name.split()[0] for name in SWITCHES} | alone == set(DEFAULTS) == set(FAULTS)


@pytest.mark.parametrize("name", SWITCHES)
def test_under_each_switch_nothing_is_lost_doubled_or_out_of_order(
    trouble: Trouble, calm: dict[str, list[str]], name: str
) -> None:
    trouble.stage.network.set_fault(name.split()[0], **SWITCHES[name])
    three_people_text(trouble)
    trouble.minutes(1)
    trouble.stage.network.clear_fault()
    trouble.minutes(5)
    verdict = trouble.verdict()
    assert verdict.is_clean, verdict
    assert paged(trouble)
    for who in (ANNA, BEN):
        assert sorted(trouble.heard(who)) == sorted(calm[who])
        assert trouble.heard(who) == trouble.taken(who)
    assert set(calm[CLEO]) <= set(trouble.heard(CLEO))


@pytest.mark.parametrize("code", [21610, 21211, 30003, 30005, 30007, 30008])
def test_a_phone_that_cannot_be_reached_is_shown_and_left_alone(
    trouble: Trouble, calm: dict[str, list[str]], code: int
) -> None:
    trouble.stage.network.set_fault("reject", number=f"+1613555{ANNA}", code=code)
    three_people_text(trouble)
    trouble.minutes(5)
    verdict = trouble.verdict()
    assert verdict.is_clean, verdict
    assert trouble.heard(ANNA) == []
    assert trouble.heard(BEN) == calm[BEN]
    gone = (State.FAILED, State.UNDELIVERED)
    to_anna = [row for row in trouble.rows("outbound") if row.state in gone]
    assert to_anna and {row.error_code for row in to_anna} <= {str(code), None}


def test_what_the_carrier_takes_and_drops_is_never_called_delivered(trouble: Trouble) -> None:
    trouble.stage.network.set_fault("accept_and_drop", number=f"+1613555{ANNA}")
    three_people_text(trouble)
    trouble.minutes(5)
    verdict = trouble.verdict()
    assert verdict.is_clean, verdict
    assert trouble.heard(ANNA) == [] and trouble.taken(ANNA) != []
    dropped = {e.sid for e in trouble.stage.network.ledger() if e.fault == "accept_and_drop"}
    rows = [row for row in trouble.rows("outbound") if row.carrier_sid in dropped]
    assert {(row.state, row.final_at) for row in rows} == {(State.SENT, None)}


def test_pages_that_the_carrier_drops_move_on_to_other_channels(trouble: Trouble) -> None:
    trouble.stage.network.set_fault("accept_and_drop", number="+16135550191")
    trouble.write(CLEO, "he has a knife and hes outside my door")
    trouble.minutes(3)
    assert trouble.verdict().is_clean
    calls = [e for e in trouble.stage.network.ledger() if e.kind == "call"]
    assert "+16135550191" in {e.to_number for e in calls}


@pytest.mark.parametrize("switch", ["webhook_down", "bad_signature"])
def test_texts_that_no_webhook_brings_are_fetched_read_and_paged_and_get_no_stale_answer(
    trouble: Trouble, switch: str
) -> None:
    trouble.stage.network.set_fault(switch)
    three_people_text(trouble)
    trouble.minutes(3)
    verdict = trouble.verdict()
    assert verdict.is_clean, verdict
    assert all(row.is_late for row in trouble.rows("inbound"))
    assert trouble.heard(ANNA) == [] and trouble.heard(BEN) == []
    assert paged(trouble)
    assert any("911" in words for words in trouble.heard(CLEO))
