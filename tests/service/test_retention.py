"""The command that lets go of what was kept long enough: it only looks unless told to act."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from records.database import Database
from records.migrate import upgrade
from service.cli import main


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty installation in a folder of its own."""
    from records.keyring import KeyRing

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEALING_KEYS", KeyRing.new_part("test"))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'line.db'}")
    monkeypatch.setenv("KEY_STORE_URL", f"sqlite:///{tmp_path / 'keys.db'}")
    for name in ("line.db", "keys.db"):
        (tmp_path / name).touch()
    database = Database(f"sqlite:///{tmp_path / 'line.db'}")
    upgrade(database)
    database.close()
    return tmp_path


def test_it_only_looks_unless_told_to_act(made: Path) -> None:
    looked = CliRunner().invoke(main, ["retention"])
    assert looked.exit_code == 0, looked.output
    assert "texts: 90 days; 0 due, 0 held" in looked.output
    assert "Nothing was changed" in looked.output
    done = CliRunner().invoke(main, ["retention", "--run"])
    assert done.exit_code == 0 and "texts: 0 gone" in done.output


def test_a_law_that_does_not_exist_is_one_clear_line(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEGAL_PROFILE", "none")
    wrong = CliRunner().invoke(main, ["retention"])
    assert wrong.exit_code == 1 and "LEGAL_PROFILE" in wrong.output
    assert len(wrong.output.strip().splitlines()) == 1
