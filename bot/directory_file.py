"""Writes the directory back in the form of its reviewed data file, to be read and kept there."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.directory import DATA, FILE, VERIFIED
from records.models import Resource

BLOCK = "[[resource]]\n"
#: The columns in the order in which the file has them.
ORDER = (
    "slug", "category", "name", "discreet_name", "call", "text", "hours", "languages",
    "ask_inuktitut", "area", "status", "source", "notes", "checked_on", "stale_after_days",
    "never_stale", "rank",
)  # fmt: skip
#: What is left out when it says nothing.
OPTIONAL = ("call", "text", "hours", "ask_inuktitut", "notes", "never_stale", "checked_on")
#: A row that was verified and that staff hold back.
HELD_BACK = "old"


def text_of(session: Session) -> str:
    """The whole file. Rows that no worker has called stand in it to the letter as before."""
    content = DATA.read_text(encoding="utf-8")
    heading = content.split(BLOCK, 1)[0]
    given = {row["slug"]: row for row in tomllib.loads(content)["resource"]}
    kept = {row.slug: row for row in session.scalars(select(Resource))}
    blocks = [_block(row, kept.get(slug)) for slug, row in given.items()]
    return heading + "\n".join(BLOCK + block for block in blocks)


def _block(given: Mapping[str, Any], row: Resource | None) -> str:
    values = dict(given)
    if row is not None and row.checked_by not in (None, FILE):
        values |= {name: getattr(row, name) for name in ORDER if hasattr(row, name)}
        if row.sendable:
            values["status"] = VERIFIED
        elif values["status"] == VERIFIED:
            values["status"] = HELD_BACK
        if values["status"] != VERIFIED:
            values["checked_on"] = None
    lines = [f"{name} = {_value(values[name])}\n" for name in ORDER if _is_said(values, name)]
    return "".join(lines)


def _is_said(values: Mapping[str, Any], name: str) -> bool:
    return name in values and (bool(values[name]) or name not in OPTIONAL)


def _value(value: object) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return str(value).lower() if isinstance(value, bool) else str(value)
