"""The phone company's door: what is not to the letter what it signed is refused, and not kept."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from records.database import Database
from records.models import DeliveryReceipt, Message
from records.models.messages import State
from service.rehearsal import PUBLIC_URL, TOKEN, stage_config
from tests.faults.conftest import Trouble
from tests.stage import MONDAY_MORNING, Stage

Pairs = list[tuple[str, str]]
SIGNED: Pairs = [
    ("MessageSid", "SM" + "1" * 32),
    ("From", "+16135550141"),
    ("To", "+16135550100"),
    ("Body", "CIRCLE"),
    ("FromZip", ""),
    ("Extra", "b"),
    ("Extra", "a"),
]


def proof(pairs: Pairs, path: str = "/sms", token: str = TOKEN) -> str:
    """Worked out as Twilio describes it, without its library: each name with each of its values."""
    said = PUBLIC_URL + path
    for name in sorted({name for name, _ in pairs}):
        said += "".join(name + value for value in sorted({v for n, v in pairs if n == name}))
    return base64.b64encode(hmac.new(token.encode(), said.encode(), hashlib.sha1).digest()).decode()


def knock(trouble: Trouble, pairs: Pairs, signature: str, path: str = "/sms") -> int:
    with trouble.stage.rehearsal.app.test_client() as client:
        answer = client.post(
            path,
            data=urlencode(pairs),
            content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": signature},
        )
    return answer.status_code


def test_repeated_and_blank_fields_are_signed_as_twilio_signs_them(trouble: Trouble) -> None:
    assert knock(trouble, SIGNED, proof(SIGNED)) == 200
    assert len(trouble.rows("inbound")) == 1


@pytest.mark.parametrize(
    "sent",
    [
        [(n, "he has a knife" if n == "Body" else v) for n, v in SIGNED],
        [(n, "+16135550142" if n == "From" else v) for n, v in SIGNED],
        [one for one in SIGNED if one[0] != "FromZip"],
        [(n, "0" if n == "FromZip" else v) for n, v in SIGNED],
        [one for one in SIGNED if one != ("Extra", "a")],
        [(n, "c" if (n, v) == ("Extra", "a") else v) for n, v in SIGNED],
        [*SIGNED, ("Extra", "c")],
        [*SIGNED, ("Body", "he has a knife")],
        [*SIGNED, ("NumMedia", "1")],
        [],
    ],
    ids=[
        *("other words", "other sender", "blank left out", "blank filled", "repeat left out"),
        *("repeat changed", "one repeat more", "two bodies", "one field more", "nothing"),
    ],
)
def test_whatever_was_changed_after_signing_is_refused(trouble: Trouble, sent: Pairs) -> None:
    assert knock(trouble, sent, proof(SIGNED)) == 403
    assert trouble.rows("inbound") == [] and trouble.rows("outbound") == []


@pytest.mark.parametrize("path", ["/sms?x=1", "/status", "/sms/"])
def test_what_was_signed_for_one_address_opens_no_other(trouble: Trouble, path: str) -> None:
    assert knock(trouble, SIGNED, proof(SIGNED), path) in (403, 404)
    assert trouble.rows("inbound") == []
    with trouble.stage.line.database.read() as session:
        assert session.scalar(select(func.count()).select_from(DeliveryReceipt)) == 0


@pytest.mark.parametrize("tokens", [(), ("",)])
@pytest.mark.parametrize("signature", ["", "x", proof(SIGNED, token=""), proof(SIGNED)])
def test_without_any_secret_of_ours_nobody_is_believed(
    database: Database, tokens: tuple[str, ...], signature: str
) -> None:
    shut = replace(stage_config(), auth_tokens=tokens)
    trouble = Trouble(Stage(MONDAY_MORNING, database=database, config=shut))
    assert knock(trouble, SIGNED, signature) == 403
    assert trouble.rows("inbound") == []


def test_a_report_that_cannot_be_kept_is_not_thanked_for(
    trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise OperationalError("BEGIN", {}, Exception("the database is away"))

    trouble.write("0141", "CIRCLE")
    trouble.stage.rehearsal.settle()
    row = next(row for row in trouble.rows("outbound") if row.state == State.DELIVERED)
    with trouble.stage.line.database.write() as session:
        session.get_one(Message, row.id).state = State.SENT
    report = [("MessageSid", str(row.carrier_sid)), ("MessageStatus", "undelivered")]
    signature = proof(report, "/status")
    # The stage's own client would pass the error on; a real server answers 500.
    trouble.stage.rehearsal.app.config["PROPAGATE_EXCEPTIONS"] = False
    with monkeypatch.context() as patch:
        patch.setattr(trouble.stage.line.database, "write", away)
        assert knock(trouble, report, signature, "/status") >= 500
    assert knock(trouble, report, signature, "/status") == 200
    kept = next(one for one in trouble.rows("outbound") if one.id == row.id)
    assert kept.state == State.UNDELIVERED
