"""docs/webhooks.yaml names every door there is, and whatever comes through them breaks nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator
from werkzeug.test import EnvironBuilder, TestResponse

from records.models import Base, Message
from service.rehearsal import PUBLIC_URL, TOKEN
from tests.stage import Stage

DOCUMENT: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[2] / "docs/webhooks.yaml").read_text(encoding="utf-8")
)
OPERATIONS: list[APIOperation[Any, Any, Any]] = [
    found.ok() for found in schemathesis.openapi.from_dict(DOCUMENT).get_all_operations()
]
SIGNED = [one for one in OPERATIONS if one.method == "post"]
TABLES = Base.metadata.sorted_tables
#: The same cases at each run: a test that fails by chance helps nobody at night.
FEW = settings(
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def stage() -> Stage:
    """A line in memory, to which somebody has texted and called."""
    made = Stage()
    made.phone("0101").texts("hes outside the door w a knife")
    made.network.phone_calls("+16135550102")
    made.rehearsal.settle()
    return made


def cases(operation: APIOperation[Any, Any, Any]) -> st.SearchStrategy[Case]:
    """What the document allows, and what it does not."""
    return st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))


def knock(stage: Stage, case: Case, *, signed: bool) -> TestResponse:
    """The case as it goes over the wire, with the phone company's proof or without."""
    wire = requests.Request(**case.as_transport_kwargs(base_url=PUBLIC_URL)).prepare()
    parts = urlsplit(wire.url or "")
    headers = {name: value for name, value in wire.headers.items() if name != "Content-Length"}
    given_ = EnvironBuilder(
        path=parts.path,
        query_string=parts.query,
        method=wire.method or "",
        data=wire.body or b"",
        headers=headers,
    )
    if signed:
        asked = given_.get_request()
        url = f"{PUBLIC_URL}{asked.path}" + (f"?{parts.query}" if parts.query else "")
        proof = RequestValidator(TOKEN).compute_signature(url, asked.form)
        given_.headers["X-Twilio-Signature"] = proof
    with stage.rehearsal.app.test_client() as client:
        return client.open(given_)


COUNTS = select(*(select(func.count()).select_from(t).scalar_subquery() for t in TABLES))


def rows(stage: Stage) -> dict[str, int]:
    """How many rows each table has."""
    with stage.line.database.read() as session:
        found = session.execute(COUNTS).one()
    return {table.name: count for table, count in zip(TABLES, found, strict=True)}


def ours(stage: Stage) -> st.SearchStrategy[str | None]:
    """Rows that there are, and None for whatever the document brings forth."""
    with stage.line.database.read() as session:
        known = session.scalars(select(Message.id)).all()
    return st.none() | st.sampled_from([str(one) for one in known])


def test_the_document_names_every_door_that_is_no_page(stage: Stage) -> None:
    doors = {
        (rule.rule.replace("<name>", "{name}"), method.casefold())
        for rule in stage.rehearsal.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint.partition(".")[0] in ("webhooks", "voice", "calling_in", "outside")
    }
    assert doors == {(one.path, one.method) for one in OPERATIONS}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.label)
def test_nothing_that_comes_in_breaks_the_line(
    stage: Stage, operation: APIOperation[Any, Any, Any]
) -> None:
    """Unsigned is 403; signed gets a documented answer; what is refused is not kept."""

    @FEW
    @given(case=cases(operation), row=ours(stage))
    def any_case(case: Case, row: str | None) -> None:
        if row and case.query and "m" in case.query:
            case.query["m"] = row
        before = rows(stage)
        if operation in SIGNED:
            assert knock(stage, case, signed=False).status_code == 403
            assert rows(stage) == before
        answer = knock(stage, case, signed=operation in SIGNED)
        assert str(answer.status_code) in operation.definition.raw["responses"], answer.data
        if answer.status_code >= 400:
            assert rows(stage) == before

    any_case()


@pytest.mark.parametrize("door", ["next", "back"])
def test_a_call_that_a_restore_forgot_hears_a_number(stage: Stage, door: str) -> None:
    url, pressed = f"{PUBLIC_URL}/voice/{door}?m=7", {"Digits": "1"}
    proof = RequestValidator(TOKEN).compute_signature(url, pressed)
    with stage.rehearsal.app.test_client() as client:
        answer = client.post(url, data=pressed, headers={"X-Twilio-Signature": proof})
    assert "9 8 8" in answer.text and "Hangup" in answer.text
