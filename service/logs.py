"""Writes the log: one line of JSON an event, and only words that are known to be harmless."""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any, TextIO

import structlog
from gunicorn.glogging import Logger as GunicornLogger
from structlog.typing import EventDict

#: Ids of rows: 63 bits, so far longer than any phone number.
IDS = frozenset({"message", "contact", "escalation", "page", "item", "staff"})
#: Words of the program itself: a job's name, a state, a carrier's code, the name of an error.
WORDS = frozenset(
    {"event", "level", "job", "kind", "state", "code", "purpose", "reason", "lane", "channel"}
    | {"machine", "parts", "flow", "logger", "place", "at"}
)
FIGURES = frozenset({"count", "total", "left", "seconds", "milliseconds", "attempts", "pid"})

SMALLEST_ID = 10**16
LARGEST_FIGURE = 10**6
_EVENT = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.,:-]{0,79}|HTTP \d{3}|\d{5}")
_MANY_DIGITS = re.compile(r"(\d[^A-Za-z]{0,2}){7}")
_INSTANT = re.compile(r"[0-9:.TZ+-]{1,40}")
#: Libraries whose message templates are their own words; what fills them in is never shown.
SPOKEN = ("gunicorn", "apscheduler")
UNNAMED = "unnamed_event"


def start(stream: TextIO | None = None) -> None:
    """Sends everything, of structlog and of Python's own logging, to `stream` (stderr)."""
    out = stream or sys.stderr
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            _with_error,
            only_known,
            _as_json,
        ],
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(Formatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    # A ticker whose last round is still at work leaves one out: that is meant, and no news.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
    logging.captureWarnings(capture=True)
    sys.excepthook = _end_of_process
    threading.excepthook = _end_of_thread


def only_known(_logger: Any, _name: str, event: EventDict) -> EventDict:
    """Drops every key and every value that is not known to be harmless."""
    kept = {key: value for key, value in event.items() if _is_harmless(key, value)}
    return {"event": UNNAMED, **kept}


def _is_harmless(key: str, value: object) -> bool:
    if isinstance(value, bool) or value is None:
        return key in IDS | WORDS | FIGURES
    if key in IDS:
        return isinstance(value, int) and value >= SMALLEST_ID
    if key in FIGURES:
        return isinstance(value, int | float) and abs(value) < LARGEST_FIGURE
    if not isinstance(value, str) or key not in WORDS:
        return False
    if key == "event":
        return bool(_EVENT.fullmatch(value)) and not _MANY_DIGITS.search(value)
    if key == "at":
        return bool(_INSTANT.fullmatch(value))
    return bool(_WORD.fullmatch(value)) and not _MANY_DIGITS.search(value)


def _with_error(_logger: Any, _name: str, event: EventDict) -> EventDict:
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given
    if isinstance(error, BaseException):
        event.setdefault("kind", type(error).__name__)
        event["place"] = place_of(error.__traceback__)
    return event


def place_of(trace: TracebackType | None) -> str:
    """Where it happened, the innermost first: "inbound.py:69"... without any words."""
    frames = traceback.extract_tb(trace)[-4:]
    return ",".join(f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno}" for f in reversed(frames))[:80]


def _as_json(_logger: Any, _name: str, event: EventDict) -> str:
    return json.dumps(dict(event), ensure_ascii=True)


class Formatter(logging.Formatter):
    """A library's record as one of our lines: who, where, what kind of error; not its words."""

    def format(self, record: logging.LogRecord) -> str:
        event: EventDict = {
            "event": "library_message",
            "level": record.levelname.lower(),
            "logger": record.name,
            "place": f"{record.filename}:{record.lineno}",
        }
        # With arguments still apart the message is a template that somebody wrote beforehand.
        if record.exc_info:
            event["exc_info"] = record.exc_info[1]
        event = structlog.processors.TimeStamper(fmt="iso", utc=True, key="at")(None, "", event)
        kept = only_known(None, "", _with_error(None, "", event))
        # With arguments still apart the message is a template that somebody wrote beforehand.
        if record.args and record.name.partition(".")[0] in SPOKEN:
            kept["said"] = str(record.msg)
        return _as_json(None, "", kept)


class ThroughOurs(GunicornLogger):  # type: ignore[misc]
    """Gunicorn's messages go the way of all others."""

    def setup(self, cfg: Any) -> None:
        """Leaves the handlers to the root logger."""
        self.cfg = cfg
        self.error_log.handlers[:] = []
        self.error_log.propagate = True
        self.error_log.setLevel(logging.WARNING)
        self.access_log.handlers[:] = []
        self.access_log.propagate = False


def _end_of_process(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    _died("process_died", kind, trace)


def _end_of_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_type is not SystemExit:
        _died("thread_died", args.exc_type, args.exc_traceback)


def _died(event: str, kind: type[BaseException], trace: TracebackType | None) -> None:
    log: Callable[..., Any] = structlog.get_logger().critical
    log(event, kind=kind.__name__, place=place_of(trace))
