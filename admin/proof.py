"""Proves that a person is who they say: a long password, and a code from their own phone."""

from __future__ import annotations

import base64
import hmac
from datetime import datetime
from functools import cache

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.line import Line
from records.keystore import SYSTEM
from records.models import Staff

SHORTEST, LONGEST = 15, 128
#: A password must take more guesses than this, by lists of leaked passwords, names and words.
LEAST_GUESSES = 10**10
_MOST_WEIGHED = 72
#: Words that a guesser who knows this place would try; they count for nothing.
OUR_WORDS = [
    "alluriarniq",
    "tungasuvvingat",
    "inuit",
    "inuk",
    "nunavut",
    "ottawa",
    "panel",
    "line",
    "password",
    "welcome",
    "caseworker",
    "supervisor",
    "translator",
    "evaluator",
    "operator",
]
STEP_SECONDS = 30
ISSUER = "Panel"
# OWASP's Argon2id minimum (19 MiB, 2 passes): many guesses at once must not starve the texts.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def hashed(password: str) -> str:
    """The Argon2id hash to keep."""
    return _HASHER.hash(password)


@cache
def _nobody() -> str:
    return _HASHER.hash("nobody has this password")


def is_password(kept: str | None, password: str) -> bool:
    """Is this the password? Takes as long for a person who does not exist."""
    try:
        right = _HASHER.verify(kept or _nobody(), password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return right and kept is not None


def password_problem(password: str, login: str) -> str | None:
    """The name of what is wrong with a new password, or None. Length counts, not signs."""
    if len(password) < SHORTEST:
        return "password.short"
    if len(password) > LONGEST:
        return "password.long"
    if len(set(password)) < 5 or login.casefold() in password.casefold():
        return "password.easy"
    return "password.common" if _is_guessable(password, login) else None


def _is_guessable(password: str, login: str) -> bool:
    """Is it a leaked or common password, or made of a few such and of words of this place?"""
    # Its lists take memory: they are read only where somebody sets a password.
    from zxcvbn import zxcvbn

    found = zxcvbn(password[:_MOST_WEIGHED], user_inputs=[login, *OUR_WORDS])
    return bool(found["guesses"] < LEAST_GUESSES)


def new_secret(line: Line, token: str) -> str:
    """The code secret that goes with a first sign-in link.

    Made from the link's token, so that showing it twice needs nothing kept in between.
    """
    digest = bytes.fromhex(line.vault.index("staff.totp", token))
    return base64.b32encode(digest[:20]).decode()


def secret_address(secret: str, login: str) -> str:
    """The otpauth: address that a phone's code app reads from the square."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step (30 s) that a six-digit code belongs to, one before or after allowed."""
    given = "".join(code.split())
    clock = int(now.timestamp()) // STEP_SECONDS
    codes = pyotp.TOTP(secret)
    found = None
    for step in (clock - 1, clock, clock + 1):
        if hmac.compare_digest(codes.generate_otp(step).encode(), given.encode()):
            found = step
    return found


def secret_of(line: Line, staff: Staff) -> str | None:
    """The person's code secret, if they have one."""
    if staff.totp_sealed is None:
        return None
    return line.vault.open(SYSTEM, f"staff.totp:{staff.id}", staff.totp_sealed)


def use_step(session: Session, staff_id: int, step: int) -> bool:
    """Uses a code up; False when that code, or a later one, was used before."""
    done = session.execute(
        update(Staff)
        .where(Staff.id == staff_id, Staff.totp_last_step < step)
        .values(totp_last_step=step)
        .returning(Staff.id)
        .execution_options(synchronize_session=False)
    )
    return done.first() is not None


def keep(line: Line, staff: Staff, password: str, secret: str, step: int) -> None:
    """Writes a new password and code secret into the person's row."""
    staff.password_hash = hashed(password)
    staff.totp_sealed = line.vault.seal(SYSTEM, f"staff.totp:{staff.id}", secret)
    staff.totp_last_step = step
