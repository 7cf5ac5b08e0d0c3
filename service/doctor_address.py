"""Looks at the line's own address as the phone company does: is it safe, and for how long yet?"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from service.findings import Finding
from service.settings import Settings

TIMEOUT_SECONDS = 5.0
#: Renewing begins long before; certificates that live for days only are told in their last quarter.
LEFT_LEAST = timedelta(days=14)
MEND = (
    "renew it: with Caddy see why it did not ('journalctl -u caddy', or the container's log). "
    "Texts are fetched meanwhile; calls to the line are not answered"
)


def look(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Is the address https, and does its certificate hold for a while yet?"""
    url = settings.public_url
    parts = urlsplit(url)
    ok = parts.scheme == "https"
    mend = "set it to the https:// address that Twilio calls"
    yield Finding("PUBLIC_URL", ok or settings.is_simulated, url, mend)
    if not ok or not parts.hostname:
        return
    try:
        begins, ends = _lives(parts.hostname, parts.port or 443)
    except ssl.SSLCertVerificationError as error:
        yield Finding("certificate", False, error.verify_message, MEND)
    except OSError:
        # Many a network does not let a machine reach itself by its outside address.
        yield Finding("certificate", True, "cannot be looked at from this machine")
    else:
        left = ends - now
        enough = left >= min(LEFT_LEAST, (ends - begins) / 4)
        yield Finding("certificate", enough, f"ends in {left.days} days", MEND)


def _lives(host: str, port: int) -> tuple[datetime, datetime]:
    """From when until when the certificate holds. Raises OSError."""
    way = socket.create_connection((host, port), TIMEOUT_SECONDS)
    with ssl.create_default_context().wrap_socket(way, server_hostname=host) as wrapped:
        shown = wrapped.getpeercert() or {}
    return _instant(shown["notBefore"]), _instant(shown["notAfter"])


def _instant(written: object) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(written)), UTC)
