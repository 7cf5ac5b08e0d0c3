"""The directory in French: every wording that is told has one, and no number changes by it."""

from __future__ import annotations

import re

import pytest

from bot.directory import load_rows
from bot.discreet import telling_words
from bot.language.segments import count
from bot.language.services import _listed, said

TOLD = {
    wording
    for row in load_rows()
    if row["sendable"]
    for wording in (row["discreet_name"], row["hours"], row["text"])
    if wording
}


@pytest.mark.parametrize("wording", sorted(TOLD))
def test_each_wording_that_is_told_is_said_in_french(wording: str) -> None:
    has_words = any(sign.isalpha() for sign in wording)
    french = _listed().get(wording, None if has_words else wording)
    assert french is not None, f"no French of '{wording}' in bot/language/data/services_fr.tsv"
    assert re.findall(r"\d+", french) == re.findall(r"\d+", wording)
    assert count(french).encoding == "GSM-7"
    assert telling_words(french) == () or telling_words(wording) != ()
    assert said(wording, "fr") == french and said(wording, "iu_Latn") == wording
