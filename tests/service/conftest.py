"""An operator's working directory: nothing of the machine's own settings reaches in."""

from __future__ import annotations

import io
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result

from records import migrate
from records.database import Database
from records.keyring import KeyRing
from records.keystore import KeyStore
from records.vault import Vault
from service import logs
from service.cli import main
from service.settings import Settings

NOW = datetime(2026, 11, 30, 15, tzinfo=UTC)
Command = Callable[..., Result]


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    """The machine's own logging is put back after a command that begins the line's."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level, sys.excepthook, threading.excepthook)
    quiet = logging.getLogger("apscheduler.scheduler").level
    yield
    root.handlers[:], root.level = before[0], before[1]
    sys.excepthook, threading.excepthook = before[2], before[3]
    logging.getLogger("apscheduler.scheduler").setLevel(quiet)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


@pytest.fixture
def desk(own_logging: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory with one sealing key in .env."""
    monkeypatch.chdir(tmp_path)
    names = {name.upper() for name in Settings.model_fields}
    for name in set(os.environ):
        if name.upper() in names:
            monkeypatch.delenv(name)
    (tmp_path / ".env").write_text(f"# ours\nSEALING_KEYS={KeyRing.new_part('k1')}\nPORT=8080\n")
    return tmp_path


@pytest.fixture
def command(desk: Path) -> Command:
    """Types a command: command("keys", "new")."""
    runner = CliRunner()

    def type_(*words: str, **given: object) -> Result:
        return runner.invoke(main, list(words), **given)  # type: ignore[arg-type]

    return type_


@pytest.fixture
def records(desk: Path) -> Database:
    """Records and key store at their usual places."""
    database = Database("sqlite:///var/alluriarniq.db")
    migrate.upgrade(database)
    database.close()
    vault().keys.database.close()
    return database


def ring() -> KeyRing:
    """The master keys in .env, as a process started now would read them."""
    return KeyRing.parse(Settings().sealing_keys.get_secret_value())


def vault() -> Vault:
    """A vault over the key store at its usual place."""
    keys = KeyStore(Database("sqlite:///var/keys.db"), ring(), lambda: NOW)
    keys.create_tables()
    return Vault(keys)


def one_line(result: Result, *words: str) -> None:
    """The command failed with one clear line that holds these words."""
    assert result.exit_code == 1, result.output
    assert "Traceback" not in result.output
    last = result.output.strip().splitlines()[-1]
    assert last.startswith("Error: ")
    for word in words:
        assert word in last


@pytest.fixture
def log(own_logging: None) -> io.StringIO:
    """What was logged."""
    stream = io.StringIO()
    logs.start(stream)
    return stream
