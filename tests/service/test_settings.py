"""A setting with which the line would be silent is refused at the start, with how to mend it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.mail import SmtpMailer
from records.errors import SettingsError
from service import doctor
from service import settings as settings_of
from tests.service.conftest import Command, one_line


def given(desk: Path, line: str) -> None:
    with (desk / ".env").open("a") as env:
        env.write(line + "\n")


def refused(desk: Path, line: str) -> str:
    """What the start says of a setting; the doctor says the same."""
    given(desk, line)
    with pytest.raises(SettingsError) as raised:
        settings_of.load()
    said = str(raised.value)
    [finding] = doctor.examine()
    assert not finding.ok and finding.mend == said and "\n" not in said
    return said


@pytest.mark.parametrize("hours", ["17-9", "9-9", "24-24"])
def test_an_office_that_never_opens_is_refused(desk: Path, hours: str) -> None:
    said = refused(desk, f"STAFFED_HOURS={hours}")
    assert "STAFFED_HOURS must " in said and "such as 9-17" in said


def test_quiet_hours_go_over_midnight(desk: Path) -> None:
    given(desk, "STAFFED_HOURS=0-24\nQUIET_HOURS=22-8")
    assert settings_of.load().quiet_hours == "22-8"


@pytest.mark.parametrize("rate", ["0", "-1", "nan", "inf"])
def test_a_rate_at_which_nothing_is_sent_is_refused(desk: Path, rate: str) -> None:
    said = refused(desk, f"SEND_RATE={rate}")
    assert "SEND_RATE must be more than 0" in said and "such as 1" in said


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org:587",
        "mail.example.org",
        "//mail.example.org",
        "http://mail.example.org",
        "smtp://",
        "smtp://:587",
        "smtp:mail.example.org",
        "smtp://line:pass/word@mail.example.org",
        "smtp://mail.example.org:many",
    ],
)
def test_an_address_that_names_no_mail_server_is_refused(desk: Path, url: str) -> None:
    said = refused(desk, f"SMTP_URL={url}")
    assert "SMTP_URL must be such as smtp://" in said
    assert "pass/word" not in said and "many" not in said
    with pytest.raises(ValueError, match="such as smtp://"):
        SmtpMailer(url)


@pytest.mark.parametrize(
    "url",
    [
        "smtp://mail.example.org",
        "smtps://line%40example.org:a%2Fb@mail.example.org:465?from=line@example.org",
        "smtp://[::1]:2525",
    ],
)
def test_a_mail_servers_address_is_taken(desk: Path, url: str) -> None:
    given(desk, f"SMTP_URL={url}")
    kept = settings_of.load().smtp_url
    assert kept is not None and kept.get_secret_value() == url


@pytest.mark.parametrize("url", ["watch.example.org/1", "file:///etc/passwd", "https://"])
def test_an_address_that_names_no_watcher_is_refused(desk: Path, url: str) -> None:
    said = refused(desk, f"HEARTBEAT_URL={url}")
    assert "HEARTBEAT_URL must be the address that your watcher gave you" in said


def test_a_command_says_it_in_one_line(desk: Path, command: Command) -> None:
    given(desk, "SMTP_URL=mail.example.org:587")
    one_line(command("staff", "list"), "SMTP_URL", "smtp://")
