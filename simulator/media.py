"""Files that phones attach to their texts, kept by the carrier until the line deletes them."""

import base64
from collections.abc import Sequence

from .core import Core, Refused
from .model import Message

MOST_FILES = 10
MOST_BYTES = 5 * 1024 * 1024
#: A white JPEG of one point, for whoever only says that a picture comes.
DOT = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAP////////////////////////////////////////////////////////"
    "//////////////////////////////wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAA"
    "AAAAAAAAAAAAAAD/2gAIAQEAAD8AR//Z"
)
File = tuple[str, bytes]  # what its sender calls it, and what is in it


def attach(core: Core, message: Message, files: Sequence[File]) -> None:
    """Keeps files with a text; ValueError for more, or larger ones, than the carrier takes."""
    if len(files) > MOST_FILES or sum(len(content) for _, content in files) > MOST_BYTES:
        raise ValueError("a text carries ten files of five MB in all")
    for kind, content in files:
        held = {"kind": kind, "base64": base64.b64encode(content).decode()}
        message.media[core.sid("ME")] = held
    message.num_media = len(files)


def content(message: Message, sid: str) -> File:
    """One file of a text; Refused 20404 when there is none."""
    held = message.media.get(sid)
    if held is None:
        raise Refused(20404, 404)
    return held["kind"], base64.b64decode(held["base64"])


def forget(message: Message, sid: str) -> None:
    """Deletes one file; Refused 20404 when there is none."""
    if message.media.pop(sid, None) is None:
        raise Refused(20404, 404)
