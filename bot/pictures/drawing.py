"""Looks at what a file really is, and has a picture drawn anew before it is kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

#: The carrier takes 5 MB with a text; a little more is let through, and nothing beyond.
MOST_BYTES = 8 * 1024 * 1024
LONGEST_SECONDS = 30
_SCRIPT = Path(__file__).with_name("redraw.py")
#: How each kind begins, whatever its sender calls it.
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
_JPEG = _BEGINNINGS[0]


class NotAPicture(Exception):  # noqa: N818 - a finding about a file, not a fault of ours
    """A film, a sound, a card, something broken, or something made to break us."""


def is_picture(raw: bytes) -> bool:
    """Does it begin as a JPEG, PNG, GIF or WebP does?"""
    return raw.startswith(_BEGINNINGS) or (raw[:4] == b"RIFF" and raw[8:12] == b"WEBP")


def redrawn(raw: bytes) -> bytes:
    """The picture as a plain JPEG without place, time or phone. Raises NotAPicture.

    Decoders are written in C and read what a stranger sent: this runs in a process of its own,
    with bounds on memory and time, without the line's settings in its environment.
    """
    if not is_picture(raw):
        raise NotAPicture
    try:
        done = subprocess.run(  # noqa: S603 - our own file, by its whole path
            [sys.executable, "-I", str(_SCRIPT)],
            input=raw,
            capture_output=True,
            env={},
            timeout=LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotAPicture from None
    if done.returncode != 0 or not done.stdout.startswith(_JPEG):
        raise NotAPicture
    return done.stdout
