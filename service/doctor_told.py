"""Looks whether anybody is told when the line itself is in trouble."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from bot.escalation.alarms import OPERATORS
from bot.mail import MailError, SmtpMailer
from records.database import Database
from records.models import Staff
from service.findings import Finding
from service.settings import Settings


def look(settings: Settings, database: Database) -> Iterator[Finding]:
    """The mail server, who is written to, and the watcher outside. A try-out needs none of them."""
    if settings.is_simulated:
        return
    yield _mail(settings)
    yield _operator(database)
    mend = "set HEARTBEAT_URL to a watcher of another company, which calls you when we fall silent"
    has_watcher = settings.heartbeat_url is not None
    what = "is told each minute that the line lives" if has_watcher else "there is none"
    # It is not asked: that would be a beat, also of a line that is down.
    yield Finding("watcher outside", has_watcher, what, mend)


def _mail(settings: Settings) -> Finding:
    if settings.smtp_url is None:
        what, mend = "no server is set", "set SMTP_URL: alarms and each second page go by mail"
        return Finding("mail", False, what, mend)
    try:
        SmtpMailer(settings.smtp_url.get_secret_value()).check()
    except MailError as error:
        mend = "see that SMTP_URL is right and that this machine reaches that server"
        return Finding("mail", False, f"the server does not take us ({error})", mend)
    return Finding("mail", True, "the server takes us")


def _operator(database: Database) -> Finding:
    """Alarms that wake no worker are mailed to these roles alone."""
    chosen = (Staff.is_active, Staff.role.in_(OPERATORS), Staff.email_sealed.is_not(None))
    with database.read() as session:
        found = session.scalar(select(func.count()).select_from(Staff).where(*chosen)) or 0
    mend = "invite one: 'alluriarniq staff invite --role operator --email ...'"
    what = f"{found} of them or of the supervisors can be mailed"
    return Finding("operators", found > 0, what, mend)
