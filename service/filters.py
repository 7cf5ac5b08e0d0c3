"""Reads texts from a file line by line and writes what the line makes of each: for checking it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any, BinaryIO, TextIO

from bot.language.detect import detect
from bot.language.segments import count
from bot.language.transliterate import transliterate

Work = Callable[[str], dict[str, Any]]


class BadLineError(ValueError):
    """A line that is not an object with a text; its message says what is wrong."""


def run(command: str, options: Mapping[str, Any], stdin: TextIO, stdout: TextIO) -> int:
    """Answer each JSON line of `stdin` on `stdout`: 0 if all were good, 1 if one was not.

    `command` is triage, detect, segments or transliterate (`options["to"]`: Cans or Latn);
    another raises KeyError. In: {id, text}, other fields ignored. Out: the same id first, order
    kept, one line at a time, UTF-8 whatever the locale. A bad line gives
    {"id": null, "error": ...} and the rest goes on.
    """
    work = _WORKS[command](options)
    failed = 0
    for raw in _lines(stdin):
        if not raw.strip():
            continue
        try:
            answer = _answer(raw, work)
        except BadLineError as error:
            failed, answer = 1, {"id": None, "error": str(error)}
        _write(stdout, answer)
    return failed


def _answer(raw: bytes, work: Work) -> dict[str, Any]:
    try:
        row = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadLineError(f"not UTF-8 at byte {error.start}") from error
    except (ValueError, RecursionError) as error:
        raise BadLineError(f"not JSON: {error}") from error
    if not isinstance(row, dict):
        raise BadLineError("not a JSON object")
    if "id" not in row:
        raise BadLineError("no id")
    if not isinstance(row.get("text"), str):
        raise BadLineError("no text")
    return {"id": row["id"], **work(row["text"])}


def _lines(stdin: TextIO) -> Iterator[bytes]:
    """Lines as bytes: a bad byte then spoils one line, and the locale does not matter."""
    buffer: BinaryIO | None = getattr(stdin, "buffer", None)
    if buffer is not None:
        yield from buffer
        return
    for line in stdin:
        yield line.encode("utf-8", "surrogatepass")


def _write(stdout: TextIO, answer: dict[str, Any]) -> None:
    line = json.dumps(answer, ensure_ascii=False)
    try:
        encoded = line.encode("utf-8")
    except UnicodeEncodeError:  # half a surrogate pair has no UTF-8 form
        line = json.dumps(answer, ensure_ascii=True)
        encoded = line.encode("ascii")
    buffer: BinaryIO | None = getattr(stdout, "buffer", None)
    if buffer is None:
        stdout.write(line + "\n")
    else:
        buffer.write(encoded + b"\n")
    stdout.flush()


def _triage(_: Mapping[str, Any]) -> Work:
    from bot.triage import triage

    def work(text: str) -> dict[str, Any]:
        verdict = triage(text)
        signals = [signal.as_dict() for signal in verdict.signals]
        return {"level": str(verdict.level), "signals": signals}

    return work


def _detect(_: Mapping[str, Any]) -> Work:
    return lambda text: asdict(detect(text))


def _segments(_: Mapping[str, Any]) -> Work:
    return lambda text: asdict(count(text))


def _transliterate(options: Mapping[str, Any]) -> Work:
    to = options["to"]
    return lambda text: {"text": transliterate(text, to)}


_WORKS: dict[str, Callable[[Mapping[str, Any]], Work]] = {
    "triage": _triage,
    "detect": _detect,
    "segments": _segments,
    "transliterate": _transliterate,
}
