"""The second proof beside a password: six digits from a phone, or a code from paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from admin import proof, recovery
from bot.case import add_item
from bot.line import Line
from records.audit import note
from records.models import Staff


@dataclass(frozen=True)
class Second:
    """A proof that is right and not yet used up: a time step, or a paper code's row."""

    step: int | None = None
    code_id: int | None = None


def check(session: Session, line: Line, staff: Staff | None, code: str) -> Second | None:
    """None when it proves nothing; the same work for a person who does not exist."""
    if recovery.looks_like_one(code):
        code_id = recovery.found(session, staff.id if staff else 0, code)
        return Second(code_id=code_id) if code_id is not None else None
    secret = (proof.secret_of(line, staff) if staff else None) or proof.new_secret(line, "nobody")
    step = proof.step_of(secret, code, line.now())
    return Second(step=step) if step is not None and staff and staff.totp_sealed else None


def use(session: Session, staff_id: int, second: Second, now: datetime) -> bool:
    """Uses it up; False when it was used before. A paper code is told to supervisors."""
    if second.step is not None:
        return proof.use_step(session, staff_id, second.step)
    if second.code_id is None or not recovery.use(session, second.code_id, now):
        return False
    subject = f"staff:{staff_id}"
    note(session, now, subject, "use_recovery_code", detail=str(recovery.left(session, staff_id)))
    cause = f"recovery_used:{staff_id}"
    add_item(session, now, "recovery_used", dedupe_key=cause, subject=subject)
    return True
