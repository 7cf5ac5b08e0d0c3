"""What the operator set, as the rooms below take it, and what differs with simulated phones."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from bot.line import PUSH_HOSTS, LineConfig
from service.settings import (
    SIMULATOR_ACCOUNT,
    SIMULATOR_NUMBER,
    WEEKDAYS,
    Settings,
    backup_plan,
)


def line_config(settings: Settings) -> LineConfig:
    """The part of the settings that the rooms below need."""
    config = _as_set(settings)
    return _with_simulated_phones(config) if settings.is_simulated else config


def _with_simulated_phones(config: LineConfig) -> LineConfig:
    """They belong to nobody: no drill would prove anything, and no picture could be anybody's."""
    return replace(
        config,
        is_simulated=True,
        account_sid=SIMULATOR_ACCOUNT,
        sender=config.sender or SIMULATOR_NUMBER,
        whatsapp_from=config.whatsapp_from or SIMULATOR_NUMBER,
        send_rate=max(config.send_rate, 50),
        drill=None,
        keep_pictures=True,
    )


def _as_set(settings: Settings) -> LineConfig:
    return LineConfig(
        public_url=settings.public_url,
        account_sid=settings.twilio_account_sid or "",
        auth_tokens=settings.tokens(),
        sender=settings.twilio_from or "",
        messaging_service_sid=settings.twilio_messaging_service_sid,
        page_from=settings.page_from,
        whatsapp_from=settings.twilio_whatsapp_from or None,
        zone=ZoneInfo(settings.alluriarniq_zone),
        minimum_age=settings.minimum_age,
        send_rate=settings.send_rate,
        staffed_hours=_span(settings.staffed_hours),
        quiet_hours=_span(settings.quiet_hours),
        inuktitut_drafts=settings.inuktitut_drafts,
        metrics_token=_secret(settings.metrics_token),
        smtp_url=_secret(settings.smtp_url),
        heartbeat_url=settings.heartbeat_url,
        machine=socket.gethostname(),
        trusted_proxies=settings.trusted_proxies,
        backups=backup_plan(settings),
        segment_price=settings.segment_price,
        recordings=Path(settings.recordings),
        legal_profile=settings.legal_profile,
        drill=_weekly(settings.pager_drill),
        load_cap=settings.load_cap,
        keep_pictures=settings.keep_pictures,
        push_hosts=tuple(settings.push_hosts.split()) or PUSH_HOSTS,
        second=settings.second(),
    )


def _secret(written: SecretStr | None) -> str | None:
    return written.get_secret_value() if written else None


def _span(written: str) -> tuple[int, int]:
    """The two hours of a setting such as "9-17"."""
    first, _, last = written.partition("-")
    return int(first), int(last)


def _weekly(written: str) -> tuple[int, int] | None:
    """Weekday (Monday 0) and wall hour of a setting such as "wed 11"; None for "never"."""
    day, _, hour = written.partition(" ")
    return (WEEKDAYS.index(day), int(hour)) if hour else None
