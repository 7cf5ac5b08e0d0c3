"""Numbers that name a row before it is stored, so that its words can be sealed to it."""

from __future__ import annotations

import random
import secrets
import threading
import time

_lock = threading.Lock()
_last = 0


def new_id() -> int:
    """A 63-bit id that grows within a process: milliseconds since 1970, then 22 random bits.

    It keeps two processes apart and opens nothing: chance that nobody could foretell would cost
    each text ten calls of the system. Python seeds it anew in every process.
    """
    global _last
    with _lock:
        fresh = (time.time_ns() // 1_000_000) << 22 | random.getrandbits(22)
        _last = max(fresh, _last + 1 + random.getrandbits(4))
        return _last


def new_public_id() -> str:
    """A random name for a URL: 96 bits, says nothing about when or who."""
    return secrets.token_urlsafe(12)


def new_token() -> str:
    """A random token for a lease or a session, 192 bits."""
    return secrets.token_urlsafe(24)
