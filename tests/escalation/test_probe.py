"""The heartbeat beats only while a made-up alert goes round, and leaves nothing behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sqlalchemy import delete, func, select

from bot.escalation import probe
from records.database import Database
from records.models import AuditEntry, Counter, Escalation, Message, Page, QueueItem
from records.models.messages import State
from scheduler import escalations
from tests.conversations.urgent.cast import KNIFE, Cast


@pytest.fixture
def cast(database: Database) -> Iterator[Cast]:
    """On both databases: the trial leaves rows that refer to each other."""
    made = Cast(database=database)
    yield made
    made.stage.close()


@pytest.fixture
def watcher(cast: Cast) -> Iterator[list[str]]:
    """A dead-man switch that this line is set to: the beats it got."""
    beats: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802 - the library's name
            beats.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            return None

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    line = cast.stage.line
    address = f"http://127.0.0.1:{server.server_address[1]}/beat"
    line.config = replace(line.config, heartbeat_url=address)
    yield beats
    server.shutdown()
    server.server_close()
    thread.join()


def goes_round(cast: Cast) -> bool:
    """What the heartbeat would learn now; then the senders have their time."""
    found = probe.goes_round(cast.stage.line)
    cast.later(seconds=1)
    return found


def test_a_page_must_come_out_before_it_counts(cast: Cast) -> None:
    assert [goes_round(cast) for _ in range(3)] == [False, True, True]


def test_it_leaves_nothing_for_anyone(cast: Cast) -> None:
    for _ in range(3):
        goes_round(cast)
    with cast.stage.line.database.read() as session:
        for kept, most in ((Escalation, 1), (Page, 1), (Message, 2)):
            assert session.scalar(select(func.count()).select_from(kept)) == most, kept
        for kept in (QueueItem, AuditEntry, Counter):
            assert session.scalar(select(func.count()).select_from(kept)) == 0, kept
    cast.later(hours=2)


def test_it_takes_no_number_from_real_items(cast: Cast) -> None:
    goes_round(cast)
    cast.client.texts(KNIFE)
    assert cast.alert().number == 11
    cast.ignore()


def test_while_no_sender_carries_the_page_it_does_not_go_round(cast: Cast) -> None:
    line = cast.stage.line
    assert [probe.goes_round(line) for _ in range(3)] == [False] * 3
    cast.later(seconds=1)
    assert goes_round(cast)


def test_a_page_that_comes_out_late_does_not_count(cast: Cast) -> None:
    line = cast.stage.line
    probe.goes_round(line)
    cast.stage.rehearsal.clock.move_to(line.now() + timedelta(seconds=61))
    cast.later(seconds=1)
    assert not goes_round(cast)
    assert goes_round(cast)


def test_a_trial_from_before_a_stop_says_nothing_of_now(cast: Cast) -> None:
    goes_round(cast)
    cast.later(minutes=6)
    assert not goes_round(cast)
    assert goes_round(cast)


@pytest.mark.parametrize("lost", ["page", "message"])
def test_an_alert_without_a_page_does_not_go_round(cast: Cast, lost: str) -> None:
    goes_round(cast)
    gone = delete(Page) if lost == "page" else delete(Message).where(Message.purpose == "page")
    with cast.stage.line.database.write() as session:
        session.execute(gone)
    assert not goes_round(cast)
    assert goes_round(cast)


def test_an_urgent_text_stuck_for_a_minute_stops_it(cast: Cast) -> None:
    line = cast.stage.line
    cast.client.texts(KNIFE)
    cast.ignore()
    goes_round(cast)
    with line.database.write() as session:
        page = session.scalars(select(Message).where(Message.purpose == "page")).first()
        assert page is not None
        page.state, page.due_at = State.QUEUED, line.now() - timedelta(seconds=61)
    assert not goes_round(cast)
    cast.ignore()


def test_the_watcher_hears_a_beat_a_minute(cast: Cast, watcher: list[str]) -> None:
    for _ in range(4):
        cast.later(minutes=1)
    assert watcher == ["/beat"] * 3


@pytest.mark.parametrize("status", [403, 503])
def test_a_phone_company_that_refuses_stops_the_beats_though_nobody_texts(
    cast: Cast, watcher: list[str], status: int
) -> None:
    for _ in range(3):
        cast.later(minutes=1)
    before = len(watcher)
    cast.stage.network.set_fault("refuse", code=status)
    for _ in range(4):
        cast.later(minutes=1)
    assert len(watcher) <= before + 1  # one had come out before
    assert "queue_growing" in cast.alarms()
    cast.stage.network.clear_fault("refuse")
    for _ in range(4):
        cast.later(minutes=1)
    assert len(watcher) >= before + 2
    assert "queue_growing" not in cast.alarms()


def test_an_hour_without_the_phone_company_leaves_no_item_of_the_trials(
    cast: Cast, watcher: list[str]
) -> None:
    cast.stage.network.set_fault("refuse", code=403)
    for _ in range(70):
        cast.later(minutes=1)
    assert watcher == []
    with cast.stage.line.database.read() as session:
        kinds = set(session.scalars(select(QueueItem.kind)))
    assert kinds == {"alarm"}


def test_a_watcher_that_is_away_stops_nothing(cast: Cast) -> None:
    line = cast.stage.line
    line.config = replace(line.config, heartbeat_url="http://127.0.0.1:9/beat")
    for _ in range(3):
        escalations.heartbeat(line, line.now())
        cast.later(seconds=1)
    cast.client.texts(KNIFE)
    cast.is_paged()
    cast.client.ignores()
