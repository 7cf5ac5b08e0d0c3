"""Samples come once, say that they are samples, and never get into a real line."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from records.database import Database
from records.models import Event, Occurrence
from tests.service.conftest import Command


def test_the_sample_fortnight_comes_once(command: Command, records: Database) -> None:
    assert "fortnight is there" in command("seed").output
    assert "already" in command("seed").output
    with records.read() as session:
        assert session.scalar(select(func.count()).select_from(Occurrence)) == 8
        assert all(event.is_sample for event in session.scalars(select(Event)))


def test_a_real_line_refuses_samples(
    command: Command, records: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC" + "1" * 32)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "secret")
    monkeypatch.setenv("TWILIO_FROM", "+16135550100")
    monkeypatch.setenv("PUBLIC_URL", "https://line.example.org")
    result = command("seed")
    assert result.exit_code != 0
    assert "samples belong in a try-out" in result.output
    with records.read() as session:
        assert session.scalar(select(func.count()).select_from(Event)) == 0
