"""The first start: keys for this user alone, samples only in a try-out, and a real line empty."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from records.database import Database
from records.models import Base, Event, Fact, Resource
from service import first_run
from service import settings as settings_of
from tests.service.conftest import Command, one_line, ring

REAL = {
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "secret",
    "TWILIO_FROM": "+16135550100",
    "PUBLIC_URL": "https://line.example.org",
}


@pytest.fixture
def real(desk: Path) -> Path:
    """A folder whose line has a Twilio account."""
    with (desk / ".env").open("a") as env:
        env.writelines(f"{name}={value}\n" for name, value in REAL.items())
    return desk


def filled(database: Database) -> set[str]:
    """The tables with anything in them."""
    with database.read() as session:
        return {
            name
            for name, table in Base.metadata.tables.items()
            if session.scalar(select(func.count()).select_from(table))
        }


def start() -> Database:
    """What `run` does before it serves."""
    first_run.prepare_environment()
    settings = settings_of.load()
    first_run.prepare_database(settings, None)
    return Database(settings.database_url)


def test_the_first_start_writes_keys_that_only_this_user_reads(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / ".env").write_text("PORT=8080")  # without a line's end
    first_run.prepare_environment()
    lines = (desk / ".env").read_text().splitlines()
    assert [line.partition("=")[0] for line in lines] == [
        *("PORT", "SEALING_KEYS", "TWILIO_AUTH_TOKEN")
    ]
    assert (desk / ".env").stat().st_mode & 0o777 == 0o600
    assert ring().newest == "k1"
    said = capsys.readouterr().out
    assert "safe copy" in said and not any(line.partition("=")[2] in said for line in lines[1:])
    first_run.prepare_environment()
    assert (desk / ".env").read_text().splitlines() == lines and not capsys.readouterr().out


def test_a_try_out_starts_with_samples_and_links_into_them(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = start()
    with database.read() as session:
        assert {event.is_sample for event in session.scalars(select(Event))} == {True}
        assert session.get(Fact, "sample_data") is not None
    assert capsys.readouterr().out.count("/admin/link/") == 5  # one a role
    database.close()


def test_a_real_line_starts_with_the_directory_and_nothing_else(
    real: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = start()
    assert filled(database) == {"resource"}
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Resource))
    assert "/admin/" not in capsys.readouterr().out
    assert (real / "var/keys.db").stat().st_mode & 0o777 == 0o600
    database.close()


@pytest.mark.parametrize("name", ["TWILIO_AUTH_TOKEN", "TWILIO_FROM", "PUBLIC_URL"])
def test_half_an_account_is_refused_in_one_line(real: Path, command: Command, name: str) -> None:
    lines = (real / ".env").read_text().splitlines()
    (real / ".env").write_text("\n".join(one for one in lines if not one.startswith(name)))
    for words in (("web",), ("scheduler",), ("backup",)):
        one_line(command(*words), name)
    assert not (real / "var").exists()


@pytest.mark.parametrize(
    "words",
    [
        *(("web",), ("scheduler",), ("seed",), ("backup",), ("keys", "list"), ("keys", "rotate")),
        *(("staff", "list"), ("doctor",), ("retention",)),
    ],
    ids=" ".join,
)
def test_without_its_keys_no_command_makes_others(
    command: Command, desk: Path, records: Database, words: tuple[str, ...]
) -> None:
    (desk / ".env").write_text("PORT=8080\n")
    result = command(*words)
    assert result.exit_code != 0 and "Traceback" not in result.output
    assert "SEALING_KEYS is missing" in result.output
    assert (desk / ".env").read_text() == "PORT=8080\n"
