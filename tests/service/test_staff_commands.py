"""Workers are added by a command, and sign in first by the link that it prints."""

from __future__ import annotations

import pytest

from records.database import Database
from tests.service.conftest import Command


@pytest.mark.parametrize("name", ["invite", "add"])
def test_a_worker_is_added_with_a_link_to_sign_in(
    command: Command, records: Database, name: str
) -> None:
    words = ("--login", "ann", "--name", "Ann", "--role", "caseworker")
    done = command("staff", name, *words)
    assert done.exit_code == 0, done.output
    assert "Added ann. First sign-in, once, within 24 hours" in done.output
    listed = command("staff", "list")
    assert "ann" in listed.output and "caseworker" in listed.output
    twice = command("staff", name, *words)
    assert twice.exit_code == 1 and "ann" in twice.output
