"""What a watcher outside sees: alive, keeping up, counts; and nobody else sees it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from records.database import Database
from records.models import Heartbeat
from service.app import create_app
from service.rehearsal import stage_config
from tests.stage import MONDAY_MORNING, Stage

KNIFE = "he has a knife and hes outside my door"
PHONE = "+16135550141"


@pytest.fixture
def stage(database: Database) -> Stage:
    config = replace(stage_config(), metrics_token="a token")  # noqa: S106 - of a stage
    return Stage(MONDAY_MORNING, database=database, config=config)


@pytest.fixture
def client(stage: Stage) -> FlaskClient:
    return create_app(stage.line).test_client()


def figures(client: FlaskClient) -> dict[str, float]:
    lines = client.get("/metrics").get_data(as_text=True).splitlines()
    found = dict(line.rsplit(" ", 1) for line in lines)
    return {name.removeprefix("alluriarniq_"): float(value) for name, value in found.items()}


def test_ready_only_while_the_scheduler_ticks(stage: Stage, client: FlaskClient) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503  # it never ticked
    now = stage.line.now()
    with stage.line.database.write() as session:
        session.add(Heartbeat(machine="stage", version="1", ticked_at=now))
    assert client.get("/readyz").status_code == 200
    stage.rehearsal.clock.move_to(now + timedelta(seconds=31))
    assert client.get("/readyz").status_code == 503


def test_whoever_asks_whether_it_is_ready_makes_nothing_be_counted(
    stage: Stage, client: FlaskClient
) -> None:
    asked: list[str] = []
    with stage.line.database.read() as session:
        engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(str(told[2])))
    client.get("/readyz")
    assert any("heartbeat" in one for one in asked)
    assert not any("message" in one or "queue_item" in one for one in asked)


def test_a_database_that_is_away_is_said(
    stage: Stage, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr(stage.line.database, "read", away)
    assert client.get("/healthz").status_code == 503
    assert client.get("/readyz").status_code == 503


def test_counts_and_ages_and_nothing_else(stage: Stage, client: FlaskClient) -> None:
    before = figures(client)
    assert before["queue_emergency"] == before["texts_due"] == before["texts_not_delivered"] == 0
    stage.network.set_fault("reject", number=PHONE, code=30005)
    stage.rehearsal.texts(PHONE, KNIFE)
    stage.later(minutes=2)
    after = figures(client)
    assert after["queue_emergency"] == 1 and after["texts_not_delivered"] >= 1
    assert after["tick_age_seconds"] <= 60  # the stage ticked on its way
    stage.network.clear_fault()
    stage.network.set_fault("refuse", code=503)
    stage.rehearsal.texts("+16135550142", "circle")
    stage.rehearsal.clock.move_to(stage.line.now() + timedelta(seconds=90))
    waiting = figures(client)
    assert waiting["texts_due"] >= 1 and 60 <= waiting["oldest_due_seconds"] <= 91
    assert waiting["tick_age_seconds"] >= 90
    said = client.get("/metrics").get_data(as_text=True)
    assert PHONE[2:] not in said and "knife" not in said


def test_only_this_computer_or_the_token_sees_them(client: FlaskClient) -> None:
    elsewhere = {"REMOTE_ADDR": "203.0.113.7"}
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_base=elsewhere).status_code == 404
    proxied = {"X-Forwarded-For": "203.0.113.7"}
    assert client.get("/metrics", headers=proxied).status_code == 404
    for token, code in (("a token", 200), ("another", 404)):
        given = {"Authorization": f"Bearer {token}"}
        answer = client.get("/metrics", environ_base=elsewhere, headers=given)
        assert answer.status_code == code
