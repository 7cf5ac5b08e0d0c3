"""Signs a worker in with a key in their own phone or computer, which cannot be phished."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.parse_authentication_credential_json import (
    parse_authentication_credential_json,
)
from webauthn.helpers.parse_registration_credential_json import (
    parse_registration_credential_json,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from admin.proof import ISSUER
from bot.line import Line
from records.ids import new_id
from records.keystore import SYSTEM
from records.models import Passkey, Staff, UsedChallenge

#: How long a device may take to answer a challenge.
ANSWER_WITHIN = timedelta(minutes=5)
LONGEST_NAME = 40
MOST = 10
_NONCE, _UNTIL, _SEAL = 16, 5, 16
_VERIFIED = UserVerificationRequirement.REQUIRED
#: What a broken or forged answer makes the library raise.
_REFUSED = (WebAuthnException, ValueError, KeyError, TypeError)


class PasskeyError(Exception):
    """The device's answer proves nothing: forged, too old, used before, or for another site."""


def _site(line: Line) -> tuple[str, str]:
    """The site's name and its origin, both from PUBLIC_URL and never from a header."""
    parts = urlsplit(line.config.public_url)
    return parts.hostname or "", f"{parts.scheme}://{parts.netloc}"


def _seal(line: Line, purpose: str, head: bytes) -> bytes:
    return bytes.fromhex(line.vault.index("passkey", f"{purpose}\x00{head.hex()}"))[:_SEAL]


def _challenge(line: Line, purpose: str) -> bytes:
    """A challenge that tells its own end and purpose, so that asking for one writes nothing."""
    until = int((line.now() + ANSWER_WITHIN).timestamp())
    head = secrets.token_bytes(_NONCE) + until.to_bytes(_UNTIL, "big")
    return head + _seal(line, purpose, head)


def _checked(line: Line, purpose: str, client_data: bytes) -> bytes:
    """The challenge that was answered, if it is ours, for this purpose and still holds."""
    given = parse_client_data_json(client_data).challenge
    head, seal = given[: _NONCE + _UNTIL], given[_NONCE + _UNTIL :]
    if not hmac.compare_digest(_seal(line, purpose, head), seal) or _end(head) <= line.now():
        raise PasskeyError("challenge")
    return given


def _end(challenge: bytes) -> datetime:
    seconds = int.from_bytes(challenge[_NONCE : _NONCE + _UNTIL], "big")
    return datetime.fromtimestamp(seconds, UTC)


def _use_up(session: Session, challenge: bytes, now: datetime) -> None:
    """Marks a challenge as answered. Raises PasskeyError for the second answer."""
    session.execute(delete(UsedChallenge).where(UsedChallenge.expires_at < now))
    used = UsedChallenge(print=hashlib.sha256(challenge).hexdigest(), expires_at=_end(challenge))
    try:
        with session.begin_nested():
            session.add(used)
    except IntegrityError as error:
        raise PasskeyError("used") from error


def of(session: Session, staff_id: int) -> list[Passkey]:
    """A worker's passkeys that still hold, oldest first."""
    chosen = select(Passkey).where(Passkey.staff_id == staff_id, Passkey.revoked_at.is_(None))
    return list(session.scalars(chosen.order_by(Passkey.created_at, Passkey.id)))


def name_of(line: Line, row: Passkey) -> str:
    return line.vault.open(SYSTEM, f"passkey.name:{row.id}", row.name_sealed)


def rename(line: Line, row: Passkey, name: str) -> None:
    """Gives a passkey the name by which its owner knows it; kept sealed."""
    kept = " ".join(name.split())[:LONGEST_NAME] or ISSUER
    row.name_sealed = line.vault.seal(SYSTEM, f"passkey.name:{row.id}", kept)


def _known(rows: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=row.credential_id) for row in rows]


def options_to_add(
    session: Session, line: Line, staff: Staff, login: str, *, by_link: bool = False
) -> str:
    """What a browser needs to make a new passkey, as JSON."""
    site, _ = _site(line)
    made = generate_registration_options(
        rp_id=site,
        rp_name=ISSUER,
        user_id=staff.public_id.encode(),
        user_name=login,
        challenge=_challenge(line, _adding(staff, by_link)),
        exclude_credentials=_known([] if by_link else of(session, staff.id)),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
        ),
    )
    return options_to_json(made)


def _adding(staff: Staff, by_link: bool) -> str:
    return f"{'link' if by_link else 'add'}:{staff.id}"


def add(
    session: Session, line: Line, staff: Staff, answer: str, name: str, *, by_link: bool = False
) -> Passkey:
    """Keeps the passkey that a device just made. Raises PasskeyError."""
    asked, made = _made(line, _adding(staff, by_link), answer)
    _use_up(session, asked, line.now())
    row = Passkey(
        id=new_id(),
        staff_id=staff.id,
        credential_hash=_print(made.credential_id),
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        created_at=line.now(),
    )
    rename(line, row, name)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise PasskeyError("known") from error
    return row


def _made(line: Line, purpose: str, answer: str) -> tuple[bytes, VerifiedRegistration]:
    """The challenge that a device answered, and what it made. Raises PasskeyError."""
    site, origin = _site(line)
    try:
        credential = parse_registration_credential_json(answer)
        asked = _checked(line, purpose, credential.response.client_data_json)
        made = verify_registration_response(
            credential=credential,
            expected_challenge=asked,
            expected_rp_id=site,
            expected_origin=origin,
            require_user_verification=True,
        )
    except _REFUSED as error:
        raise PasskeyError("answer") from error
    return asked, made


def _print(credential_id: bytes) -> str:
    return hashlib.sha256(credential_id).hexdigest()


def options_to_prove(line: Line, purpose: str, rows: list[Passkey] | None = None) -> str:
    """What a browser needs to show a passkey, as JSON. Without `rows` the device chooses."""
    site, _ = _site(line)
    made = generate_authentication_options(
        rp_id=site,
        challenge=_challenge(line, purpose),
        allow_credentials=_known(rows or []),
        user_verification=_VERIFIED,
    )
    return options_to_json(made)


def claimed(session: Session, answer: str) -> tuple[Passkey, Staff] | None:
    """The passkey that an answer says it comes from, and its owner; proves nothing yet."""
    try:
        credential = parse_authentication_credential_json(answer)
    except _REFUSED:
        return None
    row = session.execute(
        select(Passkey, Staff)
        .join(Staff, Staff.id == Passkey.staff_id)
        .where(
            Passkey.credential_hash == _print(credential.raw_id),
            Passkey.revoked_at.is_(None),
            Staff.is_active,
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None


def prove(session: Session, line: Line, row: Passkey, answer: str, purpose: str) -> None:
    """Checks a device's answer and uses its challenge up. Raises PasskeyError."""
    site, origin = _site(line)
    try:
        credential = parse_authentication_credential_json(answer)
        asked = _checked(line, purpose, credential.response.client_data_json)
        shown = verify_authentication_response(
            credential=credential,
            expected_challenge=asked,
            expected_rp_id=site,
            expected_origin=origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except _REFUSED as error:
        raise PasskeyError("answer") from error
    _use_up(session, asked, line.now())
    session.execute(
        update(Passkey)
        .where(Passkey.id == row.id)
        .values(sign_count=shown.new_sign_count, used_at=line.now())
        .execution_options(synchronize_session=False)
    )


def revoke_all(session: Session, staff_id: int, now: datetime) -> None:
    """None of a worker's passkeys holds any more."""
    mine = update(Passkey).where(Passkey.staff_id == staff_id, Passkey.revoked_at.is_(None))
    session.execute(mine.values(revoked_at=now).execution_options(synchronize_session=False))
