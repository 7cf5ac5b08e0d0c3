"""Signs what a process takes, so that others on its machine see at once when it has died."""

from __future__ import annotations

import os
import secrets
import socket
import zlib


def sign() -> str:
    """A random token that begins with this machine and this process; 40 signs at most."""
    return f"{_machine()}.{os.getpid()}.{secrets.token_urlsafe(15)}"


def is_dead(token: str | None) -> bool:
    """Was this token signed here, by a process that is no more?

    False when in doubt: another machine's process, or a number that a new process has by now.
    So it may only hurry what a lease would end anyway.
    """
    machine, _, rest = (token or "").partition(".")
    number = rest.partition(".")[0]
    if machine != _machine() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False  # it is there, and another user's
    return False


def _machine() -> str:
    return f"{zlib.crc32(socket.gethostname().encode()):08x}"
