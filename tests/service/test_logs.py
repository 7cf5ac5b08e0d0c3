"""No number, name or word of a client comes into the log, not even by mistake."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import warnings
from datetime import datetime

import pytest
import structlog

from service import logs

NUMBERS = (
    "+16135550142",
    "6135550142",
    "613-555-0142",
    "(613) 555 0142",
    "613.555.0142",
    "5550142",
)
BODY = "he hurts me please come"


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def clean(stream: io.StringIO) -> None:
    told = lines(stream)
    for line in told:
        assert datetime.fromisoformat(str(line.pop("at")))  # its digits may be like a number's
    text = json.dumps(told, ensure_ascii=False)
    for secret in (*NUMBERS, BODY, "hurts", "0142"):
        assert secret not in text


def test_what_is_known_to_be_harmless_comes_through(log: io.StringIO) -> None:
    structlog.get_logger().warning(
        "send_failed",
        message=7530763868838412451,
        kind="HTTP 503",
        code="21610",
        state="sending",
        count=3,
        seconds=0.25,
        job="look_up",
    )
    [line] = lines(log)
    assert line.pop("at")
    assert line == {
        "event": "send_failed",
        "level": "warning",
        "message": 7530763868838412451,
        "kind": "HTTP 503",
        "code": "21610",
        "state": "sending",
        "count": 3,
        "seconds": 0.25,
        "job": "look_up",
    }


@pytest.mark.parametrize("secret", [*NUMBERS, BODY, 16135550142, 5550142, [BODY], {"body": BODY}])
def test_nothing_else_does_even_under_a_known_name(log: io.StringIO, secret: object) -> None:
    keys = (*logs.IDS, *logs.WORDS - {"event", "level", "at"}, *logs.FIGURES)
    logger = structlog.get_logger()
    for key in keys:
        logger.error("some_event", **{key: secret})
    logger.error("some_event", body=BODY, number=NUMBERS[0], to=NUMBERS[1], anything=secret)
    logger.error(secret)
    logger.error(f"text from {NUMBERS[0]}: {BODY}")
    clean(log)
    assert lines(log)[-1]["event"] == logs.UNNAMED


@pytest.mark.parametrize(
    "name",
    ["twilio.http_client", "werkzeug", "sqlalchemy.engine", "gunicorn.error", "line", "root"],
)
def test_libraries_say_where_and_what_kind_but_not_their_words(log: io.StringIO, name: str) -> None:
    logger = logging.getLogger(name)
    logger.warning("POST to %s: %s", NUMBERS[0], BODY)
    logger.warning(f"POST to {NUMBERS[0]}: {BODY}")
    try:
        raise ValueError(f"{NUMBERS[0]} {BODY}")
    except ValueError:
        logger.exception(BODY)
    clean(log)
    found = lines(log)
    assert [line["logger"] for line in found] == [name] * 3
    assert found[2]["kind"] == "ValueError"
    assert str(found[2]["place"]).startswith("test_logs.py:")


def test_libraries_below_a_warning_are_silent(log: io.StringIO) -> None:
    logging.getLogger("twilio.http_client").info("POST %s", NUMBERS[0])
    logging.getLogger("sqlalchemy.engine").info("INSERT %s", BODY)
    assert log.getvalue() == ""


def test_a_server_s_own_template_is_kept_without_what_fills_it(log: io.StringIO) -> None:
    logging.getLogger("gunicorn.error").error("Error handling request %s", "/sms?From=+16135550142")
    [line] = lines(log)
    assert line["said"] == "Error handling request %s"
    clean(log)


def test_an_error_that_nobody_caught_is_named_without_its_words(log: io.StringIO) -> None:
    def fail() -> None:
        raise RuntimeError(f"{NUMBERS[0]} {BODY}")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    try:
        fail()
    except RuntimeError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    clean(log)
    assert [(line["event"], line["kind"]) for line in lines(log)] == [
        ("thread_died", "RuntimeError"),
        ("process_died", "RuntimeError"),
    ]


def test_warnings_go_the_same_way(log: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn(f"{NUMBERS[0]} {BODY}", stacklevel=1)
    clean(log)
    assert lines(log)[0]["logger"] == "py.warnings"


def test_gunicorn_s_messages_go_through_ours(log: io.StringIO) -> None:
    from gunicorn.config import Config

    own = logs.ThroughOurs(Config())
    own.error("Exception in worker process %s", BODY)
    own.info("Listening at %s", "here")
    clean(log)
    assert [line["logger"] for line in lines(log)] == ["gunicorn.error"]
