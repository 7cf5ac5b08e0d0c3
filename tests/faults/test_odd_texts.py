"""Texts that no handset should send and some do: each is kept, once, and read by triage."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot.line import LineConfig
from records.database import Database
from records.keystore import SYSTEM
from records.models import Escalation, Message
from service.rehearsal import TOKEN, stage_config
from simulator.model import Answer
from tests.faults.conftest import Trouble
from tests.stage import MONDAY_MORNING, Stage

PHONE = "+16135550141"


def fields(body: str, sid: str = "SM" + "1" * 32, **more: str) -> dict[str, str]:
    return {"MessageSid": sid, "From": PHONE, "To": "+16135550100", "Body": body, **more}


def words(trouble: Trouble, row: Message) -> str:
    """What is kept of a text."""
    from records.models import Contact

    vault = trouble.stage.line.vault
    with trouble.stage.line.database.read() as session:
        contact = session.get(Contact, row.contact_id)
    assert row.body_sealed is not None
    ref = contact.data_key if contact else SYSTEM
    return vault.open(ref, f"message.body:{row.id}", row.body_sealed)


ODD = {
    "empty": "",
    "spaces": "   \n ",
    "huge": "help me " * 2500,
    "nul": "CIR\x00CLE",
    "bidi": "\u202eelcric eht si nehw\u202c",
    "zalgo": "h" + "\u0321\u0344\u0310\u0353" * 40 + "i",
    "emoji": "\U0001f937\U0001f3fd\u200d\u2640\ufe0f" * 30,
    "syllabics": "ᐃᑲᔪᕐᓂᐊᖅᐱᙵ",
    "markup": "<script>alert(1)</script>{{7*7}} %s %(x)s",
}


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_text_is_kept_whole_and_once(trouble: Trouble, kind: str) -> None:
    assert trouble.post(fields(ODD[kind])).status_code == 200
    assert trouble.post(fields(ODD[kind])).status_code == 200
    (row,) = trouble.rows("inbound")
    assert words(trouble, row) == ODD[kind]
    assert row.level in ("routine", "urgent", "emergency")
    trouble.sids.append("SM" + "1" * 32)
    trouble.minutes(1)
    assert trouble.verdict().is_clean


def test_a_lone_surrogate_is_kept_as_far_as_it_can_be(trouble: Trouble) -> None:
    assert trouble.post(fields("he has a knife \udc80 outside")).status_code == 200
    (row,) = trouble.rows("inbound")
    assert "he has a knife" in words(trouble, row) and row.level == "emergency"


KNIFE = "he is outside my door w a knife pls help. "
WRAPPED = {
    "plain": KNIFE * 6,
    "lines": f"{KNIFE}\r\n\t" * 6,
    "hard spaces": KNIFE.replace(" ", "\u00a0") * 6,
    "a family": KNIFE * 6 + "\U0001f469\u200d\U0001f467\ufe0f",
    "a new emoji": KNIFE * 6 + "\U0001fae8\uf8ff",
    "turned round": f"\u200f{KNIFE}\u2028" * 6,
    "syllabics": "\u1403\u14c4\u1483\u144e\u1450\u1466 " * 20 + KNIFE,
}


@pytest.mark.parametrize("kind", WRAPPED)
def test_a_long_text_wrapped_in_base64_is_read(trouble: Trouble, kind: str) -> None:
    wrapped = base64.b64encode(WRAPPED[kind].encode()).decode()
    assert trouble.post(fields(wrapped)).status_code == 200
    (row,) = trouble.rows("inbound")
    assert words(trouble, row) == WRAPPED[kind] and row.level == "emergency"


@pytest.mark.parametrize(
    "body",
    [
        "A" * 160,  # would be NULs
        "QEAg" * 40 + "Q",  # breaks off
        base64.b64encode(bytes(range(200))).decode(),  # a file
        base64.b64encode(b"one\x07two\x1b" * 20).decode(),
        "please help me he is back and he is so angry " * 4,  # words alone are letters too
    ],
)
def test_what_only_looks_wrapped_is_kept_as_it_came(trouble: Trouble, body: str) -> None:
    assert trouble.post(fields(body)).status_code == 200
    (row,) = trouble.rows("inbound")
    assert words(trouble, row) == body


def test_repeated_and_blank_form_fields_do_not_break_the_signature(trouble: Trouble) -> None:
    pairs = [*fields("CIRCLE").items(), ("FromZip", ""), ("Extra", "a"), ("Extra", "b")]
    assert trouble.post(pairs).status_code == 200
    assert len(trouble.rows("inbound")) == 1


def test_a_text_longer_than_any_carrier_sends_is_refused_whole(trouble: Trouble) -> None:
    assert trouble.post(fields("x" * 70_000)).status_code == 413
    assert trouble.rows("inbound") == []


@pytest.mark.parametrize("base_url", ["http://evil.test", "http://line.test:8443"])
def test_a_forged_host_or_port_changes_nothing(trouble: Trouble, base_url: str) -> None:
    assert trouble.post(fields("CIRCLE"), base_url=base_url).status_code == 200
    assert trouble.post(fields("CIRCLE"), base_url=base_url, signed=False).status_code == 403


def test_without_a_true_signature_nothing_is_kept(trouble: Trouble) -> None:
    assert trouble.post(fields("he has a knife"), signed=False).status_code == 403
    assert trouble.post(fields("he has a knife"), token="stranger").status_code == 403
    assert trouble.rows("inbound") == [] and trouble.rows("outbound") == []


def test_both_tokens_are_believed_while_one_replaces_the_other(database: Database) -> None:
    given: LineConfig = stage_config()
    both = LineConfig(**{**vars(given), "auth_tokens": (TOKEN, "the next one")})
    trouble = Trouble(Stage(MONDAY_MORNING, database=database, config=both))
    for n, token in enumerate((TOKEN, "the next one")):
        assert trouble.post(fields("CIRCLE", f"SM{n:032}"), token=token).status_code == 200
    assert trouble.post(fields("CIRCLE"), token="the one before").status_code == 403
    assert len(trouble.rows("inbound")) == 2


def test_looking_is_refused(trouble: Trouble) -> None:
    with trouble.stage.rehearsal.app.test_client() as client:
        assert client.get("/sms").status_code in (403, 405)
    assert trouble.rows("inbound") == []


@pytest.mark.parametrize("copies", [2, 5, 20])
def test_the_same_text_many_times_at_once_is_one_row_and_one_answer(
    trouble: Trouble, copies: int
) -> None:
    given = fields("CIRCLE", "SM" + "7" * 32)
    codes = at_once(copies, lambda: trouble.post(given).status_code)
    assert codes == [200] * copies
    assert len(trouble.rows("inbound")) == 1
    trouble.minutes(1)
    assert sum("circle" in text.casefold() for text in trouble.heard("0141")) == 1


def at_once(count: int, act: Callable[[], int]) -> list[int]:
    """Does it in so many threads that all begin together."""
    start, done = threading.Barrier(count), []

    def run() -> None:
        start.wait()
        done.append(act())

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def test_the_same_words_under_a_new_id_within_4_seconds_are_answered_once(
    trouble: Trouble,
) -> None:
    trouble.write("0141", "CIRCLE")
    trouble.stage.rehearsal.settle()
    trouble.stage.later(seconds=3)
    trouble.write("0141", "CIRCLE")
    trouble.minutes(1)
    assert len(trouble.rows("inbound")) == 2
    assert sum("circle" in text.casefold() for text in trouble.heard("0141")) == 1
    assert trouble.verdict().is_clean


def test_a_database_that_is_away_makes_the_carrier_try_again_and_nothing_is_lost(
    trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise OperationalError("BEGIN", {}, Exception("the database is away"))

    # The stage's own client would pass the error on; a real server answers 500.
    trouble.stage.rehearsal.app.config["PROPAGATE_EXCEPTIONS"] = False
    with monkeypatch.context() as patch:
        patch.setattr(trouble.stage.line.database, "write", away)
        assert trouble.post(fields("hello")).status_code >= 500
        trouble.write("0141", "CIRCLE")
        trouble.write("0143", "he has a knife and hes outside my door")
        for _ in range(6):  # every try of the carrier fails
            moment = trouble.stage.network.next_due()
            if moment is None:
                break
            trouble.stage.rehearsal.clock.move_to(max(moment, trouble.stage.line.now()))
            trouble.stage.network.run_due()
    answers = {m.answered for m in trouble.stage.network.messages}
    assert answers == {False} and trouble.rows("inbound") == []
    trouble.minutes(3)
    assert trouble.verdict().is_clean
    assert all(row.is_late for row in trouble.rows("inbound"))
    assert trouble.heard("0141") == []
    with trouble.stage.line.database.read() as session:
        assert session.query(Escalation).count() == 1
    assert trouble.taken("0191") != []


def test_the_carrier_is_told_that_a_text_was_not_kept(trouble: Trouble) -> None:
    assert Answer(trouble.post({"Body": "x"}).status_code).status == 400
    assert trouble.rows("inbound") == []
