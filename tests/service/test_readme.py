"""What the README shows is what the line says, and what it tells to set is what the line needs."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from bot.language.detect import detect
from service.converse import transcript
from service.doctor_carrier import RETRIES
from service.settings import Settings
from tests.stage import Stage

SCRIPT = Path("docs/transcripts/readme.script")
README = Path("README.md")
BEGIN, END = "<!-- conversation -->\n```\n", "```\n<!-- end -->"


def test_the_readme_shows_what_the_line_says() -> None:
    shown = README.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]
    played = transcript(SCRIPT.read_text(encoding="utf-8").splitlines())
    assert shown.splitlines() == list(played)


def test_it_is_shown_in_english_in_roman_and_in_syllabics() -> None:
    texts = re.findall(r"^\+\d+ > (.+)$", SCRIPT.read_text(encoding="utf-8"), re.MULTILINE)
    found = {(one.language, one.script) for one in map(detect, texts)}
    assert found >= {("en", "Latn"), ("iu", "Latn"), ("iu", "Cans")}


def test_the_console_settings_are_those_that_the_doctor_asks_for() -> None:
    serve = README.read_text(encoding="utf-8").split("## Serve a real number")[1].split("\n## ")[0]
    named = re.findall(r"`(https://line\.example\.org[^`]*)`", serve)
    assert f"https://line.example.org/sms{RETRIES}" in named
    doors = {rule.rule for rule in Stage(with_samples=False).rehearsal.app.url_map.iter_rules()}
    assert {urlsplit(one).path for one in named} <= doors
    fallback = serve.split("*Primary handler fails*")[1].split("\n4.")[0]
    assert "another host" in fallback and "HTTP POST" in fallback


def test_the_settings_it_names_are_settings_there_are() -> None:
    text = README.read_text(encoding="utf-8")
    named = set(re.findall(r"^ +([A-Z0-9_]+)=", text, re.MULTILINE))
    named |= set(re.findall(r"`([A-Z][A-Z0-9]*_[A-Z0-9_]+)(?:=[^`]*)?`", text))
    assert {"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "PUBLIC_URL", "KEY_STORE_URL"} <= named
    assert {name.casefold() for name in named} - set(Settings.model_fields) == set()
