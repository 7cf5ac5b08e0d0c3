"""Asks the phone company whether each wording for WhatsApp is there, the same, and approved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.texts import Catalogues
from bot.wordings import Wording
from records.errors import SettingsError
from service import wordings
from service.findings import Finding

KIND, APPROVED = "twilio/text", "approved"


def look(client: Any, path: str) -> Iterator[Finding]:
    """A finding for each wording of the file; one for a file that cannot be used."""
    try:
        found = wordings.load(Path(path), Catalogues.load())
    except SettingsError as error:
        yield Finding("wordings", False, str(error), "mend the file, or unset WHATSAPP_WORDINGS")
        return
    for one in found:
        yield _judged(client, one)


def _judged(client: Any, one: Wording) -> Finding:
    from twilio.base.exceptions import TwilioException

    name, content = f"wording {one.sid}", client.content.v1.contents(one.sid)
    try:
        kept, approval = content.fetch(), content.approval_fetch().fetch()
    except TwilioException as error:
        what = f"cannot be asked for (HTTP {getattr(error, 'status', None)})"
        return Finding(name, False, what, "copy its sid from the Content Template Builder again")
    words = dict((kept.types or {}).get(KIND) or {}).get("body")
    if words != one.words:
        mend = "make both the same: what differs is never sent"
        return Finding(name, False, f"says other words than the file for {one.text_id}", mend)
    state = str((approval.whatsapp or {}).get("status"))
    mend = "wait for WhatsApp, or hand it in again in other words"
    return Finding(name, state == APPROVED, f"{one.text_id}: {state}", mend)
