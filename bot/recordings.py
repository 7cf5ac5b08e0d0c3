"""What a caller hears: each language's recording, or the carrier's voice where it speaks it."""

from __future__ import annotations

from pathlib import Path

from twilio.twiml.voice_response import VoiceResponse

from bot.engine import Text
from bot.keypad import FRENCH
from bot.language.locales import SPOKEN
from bot.line import Line

SLOTS = ("danger", "greeting", "nobody", "told")
LANGUAGES = SPOKEN
#: What the carrier's own voice reads, and how it is asked for; it has no Inuktitut.
VOICES: dict[str, dict[str, str]] = {"en": {}, "fr": FRENCH}


def speak(line: Line, answer: VoiceResponse, slot: str) -> None:
    """A slot in each language: its recording, else the carrier's voice, else nothing."""
    base = line.config.public_url.rstrip("/")
    for language in LANGUAGES:
        words = by_voice(line, slot, language)
        if recording(line, slot, language) is not None:
            answer.play(f"{base}/voice/recordings/{slot}.{language}.mp3")
        elif words is not None:
            answer.say(words, **VOICES[language])


def by_voice(line: Line, slot: str, language: str) -> str | None:
    """What the carrier's voice reads in this language; None when it cannot, or may not yet.

    English comes first whatever stands after it, so a draft never stands alone.
    """
    if language not in VOICES:
        return None
    text, drafts = Text(f"voice.{slot}"), line.config.inuktitut_drafts
    said = line.texts.apart(text, language, drafts)
    return next((one.body for one in said if one.locale == language), None)


def recording(line: Line, slot: str, language: str) -> Path | None:
    """The file of a slot, if somebody has recorded it."""
    if slot not in SLOTS or language not in LANGUAGES:
        return None
    path = line.config.recordings / f"{slot}.{language}.mp3"
    return path if path.is_file() else None
