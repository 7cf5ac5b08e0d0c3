"""The line and its database are there, and the wire between them is not."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from bot import outbox
from records.database import Database
from records.models import Message
from records.models.messages import State
from scheduler.jobs import run_due
from tests.faults.conftest import STAFF, Meanwhile, Trouble
from tests.faults.tcp_proxy import Link
from tests.faults.three import ANNA, BEN, CLEO, paged, three_people_text
from tests.stage import MONDAY_MORNING, Stage

# A file has no wire.
pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
KNIFE = "he has a knife and hes outside my door"


@pytest.fixture
def far(far_database: tuple[Link, Database]) -> Iterator[tuple[Link, Trouble]]:
    """A line whose database is behind a link."""
    link, database = far_database
    yield link, Trouble(Stage(MONDAY_MORNING, database=database))


def answers(trouble: Trouble) -> set[int]:
    """How the line answers a text now."""
    fields = {"MessageSid": "SM" + "9" * 32, "From": f"+1613555{ANNA}", "Body": "CIRCLE"}
    return {trouble.post(fields).status_code}


def test_a_cut_of_seconds_is_made_good_by_the_carriers_retries(far: tuple[Link, Trouble]) -> None:
    link, trouble = far
    link.cut()
    assert answers(trouble) == {500}
    three_people_text(trouble)
    trouble.seconds(4)
    assert trouble.stage.network.ledger() == []
    link.heal()
    trouble.seconds(12)
    trouble.minutes(1)
    assert trouble.verdict().is_clean and paged(trouble)
    assert not any(row.is_late for row in trouble.rows("inbound"))
    assert trouble.heard(BEN) and any("911" in words for words in trouble.heard(CLEO))


def test_after_a_longer_cut_the_sweeper_fetches_what_the_carrier_gave_up(
    far: tuple[Link, Trouble],
) -> None:
    link, trouble = far
    trouble.write(ANNA, "CIRCLE")
    trouble.minutes(1)
    link.cut()
    three_people_text(trouble)
    trouble.seconds(30)
    link.heal()
    trouble.minutes(3)
    assert trouble.verdict().is_clean and paged(trouble)
    assert {row.is_late for row in trouble.rows("inbound")} == {False, True}
    assert any("911" in words for words in trouble.heard(CLEO))


def test_a_host_that_dies_without_a_word_holds_no_text_for_long(far: tuple[Link, Trouble]) -> None:
    link, trouble = far
    link.vanish()
    begun = time.monotonic()
    assert answers(trouble) == {500}
    assert time.monotonic() - begun < 10
    link.heal()
    three_people_text(trouble)
    trouble.minutes(1)
    assert trouble.verdict().is_clean and paged(trouble)


def test_unless_told_otherwise_a_silent_host_is_given_up_within_twenty_seconds(
    far_database: tuple[Link, Database],
) -> None:
    _, database = far_database
    plain = Database(str(database.url.set(query={})))
    with plain.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        with socket.socket(fileno=raw.fileno()) as wire:
            tcp = [
                wire.getsockopt(socket.IPPROTO_TCP, option)
                for option in (socket.TCP_USER_TIMEOUT, socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL)
            ]
            assert wire.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            wire.detach()
    plain.close()
    assert tcp[0] <= 10_000 and tcp[1] + tcp[2] <= 20


def test_a_slow_database_answers_within_the_carriers_patience(far: tuple[Link, Trouble]) -> None:
    link, trouble = far
    trouble.write(CLEO, "CIRCLE")
    trouble.minutes(1)
    link.delay_seconds = 0.02  # each way, as from one coast to the other
    before = link.asked
    fields = {"MessageSid": "SM" + "9" * 32, "From": f"+1613555{CLEO}", "Body": KNIFE}
    assert trouble.post(fields).status_code == 200
    # rt=5000: so long the carrier waits for an answer; counted, whatever else the computer does.
    assert 0 < (link.asked - before) * 2 * link.delay_seconds < 5
    link.heal()
    trouble.minutes(1)
    assert paged(trouble)


def test_one_host_of_two_is_cut_off_with_a_text_in_its_hand(
    far: tuple[Link, Trouble], database: Database
) -> None:
    link, trouble = far
    line, network = trouble.stage.line, trouble.stage.network
    near = replace(line, database=database)
    trouble.write(BEN, "CIRCLE")
    network.run_due(line.now())
    (claim,) = outbox.claim_due(line, line.now())
    away = replace(line, gateway=Meanwhile(line.gateway, link.cut))
    with pytest.raises(OperationalError):
        outbox.send_one(away, claim)
    with database.read() as session:
        assert session.get_one(Message, claim.message.id).state == State.SENDING
    three_people_text(trouble)  # the balancer still leads them to the host that was cut off
    clock = trouble.stage.rehearsal.clock
    for _ in range(50):
        clock.move_to(clock.now() + timedelta(seconds=2))
        network.run_due(clock.now())
        run_due(line, clock.now())
        run_due(near, clock.now())
    assert any(entry.to_number in STAFF for entry in network.ledger())
    link.heal()
    trouble.minutes(1)
    assert trouble.verdict().is_clean and paged(trouble)
    assert sorted(trouble.taken(BEN)) == sorted(set(trouble.taken(BEN)))
