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
from records.models import AuditEntry, Counter, Escalation, Message, Page, QueueItem
from records.models.messages import State
from scheduler import escalations
from tests.conversations.urgent.cast import KNIFE, Cast


@pytest.fixture
def watcher() -> Iterator[tuple[str, list[str]]]:
    """A dead-man switch: its address, and the beats it got."""
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
    yield f"http://127.0.0.1:{server.server_address[1]}/beat", beats
    server.shutdown()
    server.server_close()
    thread.join()


def test_it_goes_round_and_leaves_nothing_for_anyone(cast: Cast) -> None:
    line = cast.stage.line
    assert probe.goes_round(line)
    assert probe.goes_round(line)
    with line.database.read() as session:
        for kept in (Escalation, Page, Message, QueueItem, AuditEntry, Counter):
            assert session.scalar(select(func.count()).select_from(kept)) == 0, kept
    cast.later(minutes=10)


def test_it_takes_no_number_from_real_items(cast: Cast) -> None:
    probe.goes_round(cast.stage.line)
    cast.client.texts(KNIFE)
    assert cast.alert().number == 11
    cast.ignore()


def test_an_urgent_text_stuck_for_a_minute_stops_it(cast: Cast) -> None:
    line = cast.stage.line
    cast.client.texts(KNIFE)
    cast.ignore()
    with line.database.write() as session:
        page = session.scalars(select(Message).where(Message.purpose == "page")).first()
        assert page is not None
        page.state, page.due_at = State.QUEUED, line.now() - timedelta(seconds=61)
    assert not probe.goes_round(line)


def test_the_watcher_hears_a_beat_a_minute(cast: Cast, watcher: tuple[str, list[str]]) -> None:
    url, beats = watcher
    line = cast.stage.line
    line.config = replace(line.config, heartbeat_url=url)
    for _ in range(3):
        cast.later(minutes=1)
    assert beats == ["/beat"] * 3


def test_a_watcher_that_is_away_stops_nothing(cast: Cast) -> None:
    line = cast.stage.line
    line.config = replace(line.config, heartbeat_url="http://127.0.0.1:9/beat")
    escalations.heartbeat(line, line.now())
    cast.client.texts(KNIFE)
    cast.is_paged()
    cast.client.ignores()
    with line.database.write() as session:
        session.execute(delete(Page))
