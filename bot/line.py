"""The parts that a text passes through, put in one place so that each can find the others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.gateways import Gateway
from bot.mail import Mailer
from bot.push import Pusher
from bot.resting import Resting
from bot.texts import Catalogues
from bot.vocabulary import Vocabulary
from bot.wordings import Wording
from records.backup_plan import Plan
from records.clock import Clock
from records.database import Database
from records.vault import Vault

#: Push hosts of the browsers' makers; ".x" stands for every host that ends so.
# Source: subscriptions of Chrome and Edge (Google, Microsoft), Firefox (Mozilla), Safari (Apple).
PUSH_HOSTS = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "web.push.apple.com",
    ".notify.windows.com",
)


@dataclass(frozen=True)
class SecondCarrier:
    """Another account, or the same one in another region, that texts go by when the first fails.

    `sender` is its number; `auth_tokens` prove what it sends us.
    """

    account_sid: str
    auth_tokens: tuple[str, ...]
    sender: str


@dataclass(frozen=True)
class LineConfig:
    """The settings that the rooms below the composition root need.

    `send_rate` is texts a second a sender may hand over; `staffed_hours` are the hours
    (from, to) on weekdays when people read; `quiet_hours` the wall hours in which nothing
    is sent that nobody just asked for. `segment_price` is what one part of a text costs, in the
    operator's own money, shown to workers as they write; None shows none. Without `backups`
    none are made by themselves. `legal_profile` names one of bot/law.py. `drill` is when each
    week (Monday 0, wall hour) the pager is tried with a real page about nobody; None never.
    `load_cap` is how much one worker may have before supervisors are warned. `push_hosts` are
    the makers' hosts that workers' browsers may be reached through. Without `keep_pictures` the
    line only notes that a picture came. `whatsapp_from` is the line's number on WhatsApp.
    `second` is the carrier for when the first fails (bot/outbox/carriers.py). `wordings` are
    what WhatsApp has approved for after a client's last words there are a day old.
    """

    public_url: str
    account_sid: str
    auth_tokens: tuple[str, ...]
    sender: str
    messaging_service_sid: str | None = None
    page_from: str | None = None
    zone: ZoneInfo = ZoneInfo("America/Toronto")
    minimum_age: int = 16
    send_rate: float = 1.0
    staffed_hours: tuple[int, int] = (9, 17)
    quiet_hours: tuple[int, int] = (21, 10)
    inuktitut_drafts: str = "with-english"
    is_simulated: bool = False
    metrics_token: str | None = None
    smtp_url: str | None = None
    heartbeat_url: str | None = None
    machine: str = "one"
    trusted_proxies: int = 0
    backups: Plan | None = None
    segment_price: float | None = None
    recordings: Path = Path("var/recordings")
    legal_profile: str = "phipa"
    drill: tuple[int, int] | None = None
    keep_pictures: bool = False
    whatsapp_from: str | None = None
    load_cap: int = 12
    push_hosts: tuple[str, ...] = PUSH_HOSTS
    second: SecondCarrier | None = None
    wordings: tuple[Wording, ...] = ()


class Wake:
    """Tells the senders in this process, and others through `tell`, that a row is due now.

    Only a hint for speed: a lost one costs at most one tick. `helper` may begin the work in a
    process that has no senders, when some of it cannot wait.
    """

    def __init__(self, tell: Callable[[], None] = lambda: None) -> None:
        self.event = threading.Event()
        self._tell = tell
        self.helper: Callable[[], None] = lambda: None

    def now(self, *, is_urgent: bool = True) -> None:
        self.event.set()
        if is_urgent:
            self.helper()
        self._tell()


@dataclass
class Line:
    """Everything that receiving, deciding and sending need."""

    config: LineConfig
    database: Database
    vault: Vault
    clock: Clock
    texts: Catalogues
    gateway: Gateway
    wake: Wake = field(default_factory=Wake)
    mailer: Mailer | None = None
    pusher: Pusher | None = None
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    #: How far this process has followed what speakers change in the panel.
    revision: int = 0
    #: The way over `config.second`; None without one.
    second_gateway: Gateway | None = None
    resting: Resting = field(default_factory=Resting)

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        return self.clock.now()

    def local(self, instant: datetime) -> datetime:
        """Wall time at the line's zone."""
        return instant.astimezone(self.config.zone)
