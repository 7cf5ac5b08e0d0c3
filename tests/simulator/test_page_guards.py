"""The page's clock, and what keeps the page to itself and to this computer."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from .desk import Desk
from .stand import ANN, Stand


def test_the_clock_moves_forward_only(desk: Desk) -> None:
    desk.form("clock", step="hour")
    told = desk.browser.get("/simulator/clock").get_json()
    assert told["offset_seconds"] == 3600
    assert datetime.fromisoformat(told["now"]).utcoffset() == timedelta(0)
    desk.ask("clock", seconds=30.5)
    assert desk.clock.offset_seconds == 3630.5
    assert desk.ask("clock", seconds=-1).status_code == 400
    assert desk.clock.offset_seconds == 3630.5
    desk.form("clock", step="morning")
    local = desk.clock().astimezone(desk.browser.application.extensions["zone"])
    assert (local.hour, local.minute) == (10, 0)
    assert "ahead of real time" in desk.page()


def test_the_clock_moves_to_a_wall_time(desk: Desk) -> None:
    year = desk.clock().year + 1
    to = min(desk.clock() + timedelta(days=300), datetime(year, 7, 1, 14, tzinfo=UTC))
    wall = to.astimezone(desk.browser.application.extensions["zone"])
    desk.form("clock", to=f"{wall:%Y-%m-%dT%H:%M}")
    assert abs((desk.clock() - to).total_seconds()) < 120


def test_a_network_whose_time_others_move_shows_no_clock_buttons(stand: Stand) -> None:
    browser = stand.app.test_client()
    page = browser.get("/simulator/").get_data(as_text=True)
    assert "Tue 1 Dec 2026, 09:00" in page
    assert "+1 hour" not in page
    assert browser.get("/simulator/clock").status_code == 409


@pytest.mark.parametrize(
    ("host", "site", "status"),
    [
        ("localhost:8080", "same-origin", 303),
        ("127.0.0.1:8091", None, 303),
        ("[::1]:8080", None, 303),
        ("localhost", "cross-site", 403),
        ("localhost:8080", "same-site", 403),
        ("evil.example", None, 403),
        ("evil.example:8080", "same-origin", 403),
    ],
)
def test_only_the_page_itself_on_this_computer_may_send(
    desk: Desk, host: str, site: str | None, status: int
) -> None:
    headers = {"Host": host} | ({"Sec-Fetch-Site": site} if site else {})
    fields = {"from": ANN, "body": "hi"}
    answer = desk.browser.post("/simulator/api/send", data=fields, headers=headers)
    assert answer.status_code == status
    assert len(desk.network.thread(ANN)) == (1 if status == 303 else 0)


def test_a_link_from_elsewhere_may_open_the_page(desk: Desk) -> None:
    answer = desk.browser.get("/simulator/", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy


def static(desk: Desk, name: str) -> bytes:
    """A file that the page loads."""
    with desk.browser.get(f"/simulator/static/{name}") as answer:
        return answer.data


def test_the_font_comes_with_its_licence(desk: Desk) -> None:
    [font] = re.findall(r'url\("([^"]+woff2)"\)', static(desk, "phones.css").decode())
    assert static(desk, font)[:4] == b"wOF2"
    assert b"SIL OPEN FONT LICENSE Version 1.1" in static(desk, "fonts/OFL.txt")
