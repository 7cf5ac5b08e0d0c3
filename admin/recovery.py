"""Ten codes on paper, each of which stands in once for the digits of a lost phone."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from admin import proof
from records.models import RecoveryCode

HOW_MANY, DIGITS = 10, 10


def drawn() -> list[tuple[str, str]]:
    """Ten new codes such as 3-12345-67890, each with what is kept of it.

    The first digit says which of the ten it is, so that one slow hash is enough to check it.
    Takes a third of a second: to be called before the records are written to.
    """
    made = []
    for position in range(HOW_MANY):
        digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        made.append((f"{position}-{digits[:5]}-{digits[5:]}", proof.hashed(digits)))
    return made


def keep(session: Session, staff_id: int, made: list[tuple[str, str]], now: datetime) -> None:
    """Keeps new codes; those before no longer work."""
    forget(session, staff_id)
    for position, (_, code_hash) in enumerate(made):
        row = RecoveryCode(staff_id=staff_id, position=position, code_hash=code_hash, made_at=now)
        session.add(row)


def looks_like_one(code: str) -> bool:
    """Is this no six digits of a code app?"""
    return len(_digits(code)) == DIGITS + 1


def _digits(code: str) -> str:
    return "".join(sign for sign in code if sign in "0123456789")


def found(session: Session, staff_id: int, code: str) -> int | None:
    """The row of a right code that was not used; as much work for a wrong one."""
    digits = _digits(code)
    row = session.scalar(
        select(RecoveryCode).where(
            RecoveryCode.staff_id == staff_id,
            RecoveryCode.position == int(digits[0]),
            RecoveryCode.used_at.is_(None),
        )
    )
    is_right = proof.is_password(row.code_hash if row else None, digits[1:])
    return row.id if row is not None and is_right else None


def use(session: Session, row_id: int, now: datetime) -> bool:
    """Uses a code up; False when another was faster."""
    done = session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.id == row_id, RecoveryCode.used_at.is_(None))
        .values(used_at=now)
        .returning(RecoveryCode.id)
        .execution_options(synchronize_session=False)
    )
    return done.first() is not None


def left(session: Session, staff_id: int) -> int:
    """How many codes this worker has that were not used."""
    mine = select(func.count()).where(
        RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None)
    )
    return session.scalar(mine) or 0


def forget(session: Session, staff_id: int) -> None:
    """None of a worker's codes works any more."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
