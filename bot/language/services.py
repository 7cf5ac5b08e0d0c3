"""Says the directory's wordings in the reader's language: what a service is, when, how to ask."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


def said(wording: str, locale: str) -> str:
    """A discreet name, hours or way to ask in this locale; as it stands where none is listed.

    Looked up by the English wording: once staff change one, no old translation can stand there.
    """
    return _listed().get(wording, wording) if locale == "fr" else wording


@cache
def _listed() -> dict[str, str]:
    text = (files(__package__) / "data" / "services_fr.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {english: french for english, french in rows}
