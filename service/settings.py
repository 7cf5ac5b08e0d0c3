"""What the operator sets, by environment or in .env, each with a clear word when it is wrong."""

from __future__ import annotations

import math
import re
from datetime import timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.line import SecondCarrier
from bot.mail import server_of
from records.backup_plan import Plan
from records.errors import SettingsError

SIMULATOR_ACCOUNT = "AC" + "0" * 32
SIMULATOR_ACCOUNT2 = "AC" + "1" * 32
SIMULATOR_NUMBER = "+16135550100"


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Settings(BaseSettings):
    """All settings. Unset TWILIO_ACCOUNT_SID means the simulator."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    database_url: str = "sqlite:///var/alluriarniq.db"
    key_store_url: str = "sqlite:///var/keys.db"
    sealing_keys: SecretStr = SecretStr("")
    public_url: str = "http://localhost:8080"
    twilio_account_sid: str | None = None
    twilio_auth_token: SecretStr = SecretStr("")
    twilio_from: str | None = None
    twilio_messaging_service_sid: str | None = None
    #: The line's number on WhatsApp, if it has one: +1613...
    twilio_whatsapp_from: str | None = None
    #: The file of wordings that WhatsApp approved, for a day after a client's last words there.
    whatsapp_wordings: str | None = None
    twilio_api_url: str | None = None
    page_from: str | None = None
    #: Another account, or the same one in another region, for when the first fails.
    twilio2_account_sid: str | None = None
    twilio2_auth_token: SecretStr = SecretStr("")
    twilio2_from: str | None = None
    twilio2_api_url: str | None = None
    smtp_url: SecretStr | None = None
    metrics_token: SecretStr | None = None
    heartbeat_url: str | None = None
    alluriarniq_zone: str = "America/Toronto"
    minimum_age: int = 16
    send_rate: float = 1.0
    staffed_hours: str = "9-17"
    quiet_hours: str = "21-10"
    inuktitut_drafts: Literal["with-english", "alone", "off"] = "with-english"
    segment_price: float | None = Field(default=None, ge=0, le=10)
    #: When the pager is tried each week, "wed 11"; "never" for not at all.
    pager_drill: str = "wed 11"
    #: Pictures that clients send are fetched and kept; else it is only noted that one came.
    keep_pictures: bool = False
    load_cap: int = Field(default=12, ge=1, le=1000)
    push_hosts: str = ""
    #: Where the recordings stand that a caller hears: danger.en.mp3, greeting.iu.mp3 and so on.
    recordings: str = "var/recordings"
    port: int = 8080
    #: How many proxies of ours stand before the line; what strangers write as a sender's
    #: address beyond these is not believed.
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    backup_dir: str = "var/backups"
    key_backup_dir: str = "var/key-backups"
    #: The law that the program goes by; the strictest unless counsel says otherwise.
    legal_profile: Literal["phipa", "cyfsa", "principles"] = "phipa"
    backup_days: int = Field(default=30, ge=1, le=3650)

    @field_validator("alluriarniq_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except Exception as error:
            raise ValueError("must be a zone such as America/Toronto") from error
        return value

    @field_validator("twilio_whatsapp_from")
    @classmethod
    def _plain_number(cls, value: str | None) -> str | None:
        plain = (value or "").removeprefix("whatsapp:")
        if value and not re.fullmatch(r"\+[1-9][0-9]{6,14}", plain):
            raise ValueError("must be a number such as +16135550100")
        return plain or None

    @field_validator("staffed_hours", "quiet_hours")
    @classmethod
    def _hours(cls, value: str) -> str:
        first, _, last = value.partition("-")
        if not (first.isdecimal() and last.isdecimal() and int(first) < 24 and int(last) <= 24):
            raise ValueError("must be two hours such as 9-17")
        return value

    @field_validator("staffed_hours")
    @classmethod
    def _opens_before_it_closes(cls, value: str) -> str:
        # Otherwise nobody ever reads, and what waits for the office's hours is never paged.
        first, _, last = value.partition("-")
        if int(first) >= int(last):
            raise ValueError("must open before it closes on the same day: write it such as 9-17")
        return value

    @field_validator("send_rate")
    @classmethod
    def _sends_at_all(cls, value: float) -> float:
        if not (math.isfinite(value) and value > 0):
            raise ValueError(
                "must be more than 0, or nothing is ever sent: write the texts a second that "
                "your number may send, such as 1"
            )
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            server_of(value.get_secret_value())
        return value

    @field_validator("heartbeat_url")
    @classmethod
    def _watcher(cls, value: str | None) -> str | None:
        parts = urlsplit((value or "").strip())
        if value is not None and not (parts.scheme in ("http", "https") and parts.hostname):
            raise ValueError("must be the address that your watcher gave you, https://...")
        return value

    @field_validator("pager_drill")
    @classmethod
    def _drill(cls, value: str) -> str:
        day, _, hour = value.strip().casefold().partition(" ")
        if day == "never" and not hour:
            return day
        if day not in WEEKDAYS or not hour.isdecimal() or int(hour) > 23:
            raise ValueError("must be a day and an hour such as 'wed 11', or never")
        return f"{day} {hour}"

    @property
    def is_simulated(self) -> bool:
        return not self.twilio_account_sid

    def tokens(self) -> tuple[str, ...]:
        """The carrier's secrets, one or two while they are being changed."""
        return _apart(self.twilio_auth_token)

    def second(self) -> SecondCarrier | None:
        """The second carrier; None without one. In a try-out its number is enough."""
        account, tokens = self.twilio2_account_sid, _apart(self.twilio2_auth_token)
        if self.is_simulated and self.twilio2_from:
            return SecondCarrier(SIMULATOR_ACCOUNT2, self.tokens(), self.twilio2_from)
        if not (account and tokens and self.twilio2_from):
            return None
        return SecondCarrier(account, tokens, self.twilio2_from)


def _apart(secrets: SecretStr) -> tuple[str, ...]:
    return tuple(t.strip() for t in secrets.get_secret_value().split(",") if t.strip())


def load() -> Settings:
    """Reads the settings. Raises SettingsError with one line per wrong one."""
    try:
        settings = Settings()
    except ValidationError as error:
        lines = [
            f"{'.'.join(map(str, e['loc'])).upper()} {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors()
        ]
        raise SettingsError("wrong setting: " + "; ".join(lines)) from error
    if not settings.is_simulated:
        _complete(settings)
    return settings


def _complete(settings: Settings) -> None:
    if not settings.tokens():
        raise SettingsError(
            "TWILIO_AUTH_TOKEN is missing: copy it from the Twilio console; without it no text "
            "can be proven to come from Twilio."
        )
    given = [
        settings.twilio2_account_sid, _apart(settings.twilio2_auth_token), settings.twilio2_from
    ]  # fmt: skip
    if any(given) and not all(given):
        raise SettingsError(
            "a second carrier needs all of TWILIO2_ACCOUNT_SID, TWILIO2_AUTH_TOKEN and "
            "TWILIO2_FROM; leave all three out to have none."
        )
    if settings.twilio2_from and settings.twilio2_from in (
        settings.twilio_from,
        settings.page_from,
    ):
        raise SettingsError("TWILIO2_FROM must be a number of its own, not the first carrier's.")
    if not (settings.twilio_from or settings.twilio_messaging_service_sid):
        raise SettingsError("set TWILIO_FROM (your number) or TWILIO_MESSAGING_SERVICE_SID.")
    if not settings.public_url.startswith("https://"):
        local = ("http://localhost", "http://127.0.0.1")
        if not (settings.twilio_api_url and settings.public_url.startswith(local)):
            raise SettingsError("PUBLIC_URL must be the https:// address that Twilio calls.")


def present(settings: Settings, *, with_keys: bool = True) -> None:
    """Raises SettingsError when records or keys are not there: looking must not make them."""
    places = [("DATABASE_URL", settings.database_url)]
    if with_keys:
        places.append(("KEY_STORE_URL", settings.key_store_url))
    for name, url in places:
        path = Path(url.removeprefix("sqlite:///"))
        if url.startswith("sqlite:///") and not path.exists():
            raise SettingsError(
                f"nothing is at {path} ({name}): start the line once with 'alluriarniq run', or "
                "restore a backup."
            )


def backup_plan(settings: Settings) -> Plan:
    """Where backups go and how long they stay."""
    return Plan(
        Path(settings.backup_dir),
        Path(settings.key_backup_dir),
        timedelta(days=settings.backup_days),
    )


def env_file() -> Path:
    return Path(".env")
