"""The page of phones and its controls, as a browser without scripts and a program use them."""

import re
from pathlib import Path

import pytest

import simulator
from simulator import strings
from simulator.shapes import html_id

from .desk import Desk
from .stand import ANN, BEA, OWN, PUBLIC, STAFF


def test_the_page_says_that_it_is_a_simulator_and_shows_every_phone(desk: Desk) -> None:
    page = desk.page()
    assert "This is a simulator. No text leaves this computer." in page
    for number, name in strings.SAMPLE_PHONES:
        assert f'id="phone-{html_id(number)}"' in page
        assert name in page
    for kind in strings.FAULTS:
        assert f'value="{kind}"' in page


def test_every_field_of_the_page_has_a_label(desk: Desk) -> None:
    page = desk.page()
    fields = re.findall(r'<(?:input|select|textarea) (?![^>]*type="hidden")[^>]*id="([^"]+)"', page)
    assert len(fields) > 15
    for field in fields:
        assert f'for="{field}"' in page
    assert len(re.findall("<(?:input|select|textarea)", page)) == len(fields) + page.count(
        'type="hidden"'
    )


def test_every_address_on_the_page_is_under_its_own_prefix(desk: Desk) -> None:
    addresses = re.findall(r'(?:href|src|action|data-state)="([^"]+)"', desk.page())
    assert addresses
    assert [one for one in addresses if not one.startswith(("/simulator/", "#"))] == []


def test_a_text_is_sent_by_a_plain_form(desk: Desk) -> None:
    answer = desk.form("api/send", **{"from": ANN, "body": "<b>ᐊᐃ</b>"})
    assert (answer.status_code, answer.location) == (303, f"/simulator/#write-{ANN[1:]}")
    assert 'title="sent"' in desk.page()
    desk.network.run_due()
    assert desk.line.fields("/sms", "Body") == ["<b>ᐊᐃ</b>"]
    page = desk.page()
    assert "&lt;b&gt;ᐊᐃ&lt;/b&gt;" in page
    assert 'title="the line has it"' in page


def test_a_text_that_the_line_did_not_take_says_so(desk: Desk) -> None:
    desk.line.statuses = [500]
    desk.form("api/send", **{"from": ANN, "body": "hi"})
    desk.network.run_due()
    assert 'title="the line has not answered"' in desk.page()


def test_no_line_of_a_phone_breaks_a_number(desk: Desk) -> None:
    desk.network.create_message(ANN, OWN, "Women's line: call 1-866-863-0511<b>, 24/7")
    desk.network.run_due()
    thread = desk.state()["parts"][f"thread-{ANN[1:]}"]
    assert 'call <span class="number">1-866-863-0511</span>&lt;b&gt;, 24/7</p>' in thread
    sheet = (Path(simulator.__file__).parent / "static" / "phones.css").read_text()
    assert ".bubble .number { white-space: nowrap; }" in sheet


def test_a_received_text_a_stop_and_a_call_are_shown(desk: Desk) -> None:
    desk.network.create_message(ANN, OWN, "Hello back")
    desk.network.phone_sends(BEA, "STOP")
    desk.network.create_call(STAFF, OWN, url=f"{PUBLIC}/voice/page")
    desk.network.run_due()
    parts = desk.state()["parts"]
    assert "Hello back" in parts[f"thread-{ANN[1:]}"]
    assert parts[f"note-{BEA[1:]}"] == "has sent STOP"
    assert "The line is calling" in parts[f"call-{STAFF[1:]}"]
    assert "Keypad" not in parts[f"call-{STAFF[1:]}"]
    assert "call ringing" in parts["books"]


def test_a_call_is_answered_and_acknowledged_by_plain_forms(desk: Desk) -> None:
    desk.network.create_call(STAFF, OWN, url=f"{PUBLIC}/voice/page")
    desk.network.run_due()
    assert desk.form("api/answer", number=STAFF).status_code == 303
    desk.network.run_due()
    page = desk.page()
    assert "Urgent item 12. Press 1." in page
    assert 'aria-label="Keypad"' in page
    assert desk.form("api/press", number=STAFF, digits="1").status_code == 303
    desk.network.run_due()
    assert desk.line.fields("/voice/key", "Digits") == ["1"]


def test_a_phone_calls_the_line_and_a_workers_phone_rings_by_plain_forms(desk: Desk) -> None:
    desk.line.twiml["/voice/call"] = (
        "<Response><Say>In danger hang up and call 9 1 1.</Say>"
        f'<Dial action="/voice/next" callerId="{OWN}">'
        f'<Number url="/voice/page">{STAFF}</Number></Dial></Response>'
    )
    assert 'formaction="/simulator/api/call">Call the line</button>' in desk.page()
    assert desk.form("api/call", number=ANN).status_code == 303
    desk.network.run_due()
    parts = desk.state()["parts"]
    assert "In danger hang up and call 9 1 1." in parts[f"thread-{ANN[1:]}"]
    assert "The line is calling" in parts[f"call-{STAFF[1:]}"]
    assert desk.form("api/call", number=ANN).status_code == 400  # in a call already
    assert desk.form("api/answer", number=STAFF).status_code == 303
    desk.network.run_due()
    assert desk.form("api/press", number=STAFF, digits="1").status_code == 303
    desk.network.run_due()
    threads = desk.state()["parts"]
    assert all("[connected]" in threads[f"thread-{one[1:]}"] for one in (ANN, STAFF))
    assert ANN not in threads[f"thread-{STAFF[1:]}"]  # the line's number, never the caller's


def test_an_empty_text_is_a_slip_on_the_page_but_a_text_from_a_program(desk: Desk) -> None:
    slip = desk.form("api/send", **{"from": ANN, "body": ""})
    assert slip.status_code == 400
    assert strings.PROBLEMS["empty"] in slip.get_data(as_text=True)
    assert desk.ask("api/send", **{"from": ANN, "body": ""}).status_code == 200
    assert [heard.body for heard in desk.network.thread(ANN)] == [""]


def test_a_phone_is_added_and_told_what_to_do_when_it_rings(desk: Desk) -> None:
    answer = desk.form("api/phone", number="+1 613-555-0104", name="Nurse")
    assert answer.location == "/simulator/#phone-16135550104"
    assert "Nurse" in desk.page()
    desk.form("api/phone", number="+16135550104", answering="busy")
    assert desk.network.core.phone("+16135550104").answering == "busy"
    assert desk.network.core.phone("+16135550104").name == "Nurse"


def test_more_phones_than_fit_are_counted_not_shown(desk: Desk) -> None:
    for number in range(20):
        desk.network.phone_sends(f"+161355502{number:02}", "hi")
    page = desk.page()
    assert page.count('class="phone"') == 12
    assert "15 more phones are not shown." in page


@pytest.mark.parametrize(
    ("what", "fields", "words"),
    [
        ("api/send", {"from": "555", "body": "hi"}, strings.PROBLEMS["number"]),
        ("api/send", {"from": ANN, "body": "hi", "to": BEA}, strings.PROBLEMS["number"]),
        ("api/send", {"from": ANN, "body": "hi", "sid": "x"}, strings.PROBLEMS["unknown"]),
        ("api/send", {"from": ANN, "body": "hi", "media": "x"}, strings.PROBLEMS["unknown"]),
        ("api/phone", {"number": "12"}, strings.PROBLEMS["number"]),
        ("api/phone", {"number": ANN, "answering": "sings"}, strings.PROBLEMS["unknown"]),
        ("api/answer", {"number": ANN}, strings.PROBLEMS["call"]),
        ("api/press", {"number": ANN, "digits": "1"}, strings.PROBLEMS["call"]),
        ("api/switch", {"toggle": "gremlin"}, strings.PROBLEMS["fault"]),
        ("clock", {"seconds": "-1"}, strings.PROBLEMS["clock"]),
        ("clock", {"seconds": "nan"}, strings.PROBLEMS["clock"]),
        ("clock", {"to": "2020-01-01T10:00"}, strings.PROBLEMS["clock"]),
        ("clock", {"to": "soon"}, strings.PROBLEMS["clock"]),
    ],
)
def test_a_mistake_is_explained_on_the_page_and_to_a_program(
    desk: Desk, what: str, fields: dict[str, str], words: str
) -> None:
    shown = desk.form(what, **fields)
    assert shown.status_code == 400
    assert words in shown.get_data(as_text=True)
    assert "<h1>" in shown.get_data(as_text=True)
    told = desk.ask(what, **fields)
    assert (told.status_code, told.get_json()) == (400, {"error": words})


def test_the_pages_switches_go_on_and_off(desk: Desk) -> None:
    desk.form("api/switch", toggle="reject", number=ANN, often="once", code_reject="30007")
    [fault] = desk.network.faults()
    assert (fault["number"], fault["count"], fault["code"]) == (ANN, 1, 30007)
    state = desk.state()
    assert state["switches"]["reject"] and not state["switches"]["slow"]
    assert state["parts"]["fault-note-reject"] == "613-555-0101"
    assert state["parts"]["faults-count"] == "1 on"
    desk.form("api/switch", toggle="reject")
    assert desk.network.faults() == []
    desk.form("api/switch", toggle="slow", often="fifth")
    assert desk.network.faults()[0]["probability"] == 0.2
    desk.form("api/switch", toggle="")
    assert desk.network.faults() == []


def test_a_program_switches_faults_and_reads_the_books(desk: Desk) -> None:
    assert desk.ask("api/fault", kind="accept_and_drop", number=ANN, count=1).status_code == 200
    desk.network.create_message(ANN, OWN, "dropped")
    desk.network.create_message(ANN, OWN, "kept")
    sid = desk.ask("api/send", **{"from": BEA, "body": ""}).get_json()["sid"]
    desk.network.run_due()
    ledger = desk.browser.get("/simulator/api/ledger?since=1").get_json()
    assert (ledger["total"], [one["body"] for one in ledger["accepted"]]) == (2, ["kept"])
    [inbound] = desk.browser.get("/simulator/api/inbound").get_json()["inbound"]
    assert (inbound["sid"], inbound["answered"]) == (sid, True)
    feed = desk.browser.get("/simulator/api/feed").get_json()["feed"]
    assert [(one["kind"], one["number"]) for one in feed] == [("sent", BEA), ("text", ANN)]
    desk.ask("api/fault", kind="slow")
    assert desk.ask("api/fault", on=False).get_json() == {"faults": []}
    assert desk.ask("api/fault", kind="slow", seconds=-1).status_code == 400
