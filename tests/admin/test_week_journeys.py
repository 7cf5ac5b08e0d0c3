"""Journeys about dates, the rota and the directory in a real browser, and the client's phone."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from records.models import Contact, Event, Occurrence
from tests.admin.window import Window, is_sound
from tests.stage import Stage

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
WIDTHS = pytest.mark.parametrize("width", [360, 768, 1280])


@WIDTHS
def test_a_circle_is_called_off_for_weather_and_the_client_hears(
    window: Window, stage: Stage, width: int
) -> None:
    stage.phone("0151").texts("hello").ignores()
    with stage.line.database.write() as session:
        session.scalars(select(Contact).order_by(Contact.id.desc())).all()[0].safe_to_text = "yes"
        circle = select(Occurrence.id).join(Event, Event.id == Occurrence.event_id)
        chosen = circle.where(Event.kind == "circle").order_by(Occurrence.starts_at)
        date_id = session.scalars(chosen).all()[0]
    stage.later(hours=2)
    page = window.sign_in(window.open(width), "caseworker")
    page.goto("/admin/calendar")
    page.get_by_role("link", name="Sample circle").first.click()
    page.wait_for_url(f"**/dates/{date_id}")
    page.get_by_label("Client: whole number").fill("+16135550151")
    page.get_by_role("button", name="Look").first.click()
    page.get_by_role("button", name="Give a place").click()
    page.get_by_role("status").get_by_text("They have a place").wait_for()
    is_sound(page, width)
    page.goto(f"/admin/calendar/dates/{date_id}")
    stage.phone("0151").ignores()
    page.get_by_role("button", name="Weather: call it off").click()
    page.get_by_text("1 person has a place and is told.").wait_for()
    is_sound(page, width)
    page.get_by_role("button", name="Call it off and tell them").click()
    page.get_by_role("status").get_by_text("Called off.").wait_for()
    stage.later(minutes=1)
    stage.phone("0151").hears("2026-12-02").hears_nothing()


@WIDTHS
def test_a_changed_number_is_looked_at_by_a_second_person(
    window: Window, stage: Stage, width: int
) -> None:
    page = window.sign_in(window.open(width), "caseworker")
    page.goto("/admin/directory/kids_help_phone")
    page.get_by_label("Who answered").fill("front desk")
    page.get_by_label("Call", exact=True).fill("1-800-555-0123")
    page.get_by_label("I called, and all of it is as it stands here now.").check()
    page.get_by_role("button", name="Keep", exact=True).click()
    page.get_by_text("You made the change, so somebody else looks at it.").wait_for()
    is_sound(page, width)
    other = window.sign_in(window.open(width), "supervisor")
    other.goto("/admin/directory/kids_help_phone")
    other.get_by_role("button", name="It is right: use it").click()
    other.get_by_role("status").get_by_text("It may be sent from now on.").wait_for()
    other.get_by_role("link", name="1-800-555-0123").wait_for()
    is_sound(other, width)


@WIDTHS
def test_a_turn_is_swapped_only_once_the_colleague_accepts(
    window: Window, stage: Stage, width: int
) -> None:
    page = window.sign_in(window.open(width), "caseworker")
    page.goto("/admin/rota")
    page.get_by_text("Ask for a swap").click()
    form = page.locator("form", has=page.get_by_role("button", name="Ask", exact=True))
    form.get_by_label("To whom").select_option(label="Sample supervisor")
    form.get_by_label("Begins").fill("2026-12-02T09:00")
    form.get_by_label("Ends").fill("2026-12-02T17:00")
    form.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_role("status").get_by_text("You stay on call until they accept.").wait_for()
    is_sound(page, width)
    stage.later(seconds=2)
    stage.phone("0193").hears("Someone asks you to take over")
    other = window.sign_in(window.open(width), "supervisor")
    other.goto("/admin/rota")
    other.get_by_role("button", name="Accept: I have it").click()
    other.get_by_role("status").get_by_text("You have this turn now.").wait_for()
    day = other.locator(".day", has_text="Wed 2 Dec")
    day.get_by_text("09:00–17:00").first.wait_for()
    is_sound(other, width)
    for digits in ("0191", "0192", "0193"):
        stage.phone(digits).ignores()


@WIDTHS
def test_a_shift_is_handed_over_only_once_the_colleague_confirms(
    window: Window, stage: Stage, width: int
) -> None:
    page = window.sign_in(window.open(width), "caseworker")
    page.goto("/admin/on-call")
    page.get_by_label("To whom").select_option(label="Sample supervisor")
    page.get_by_role("button", name="Ask", exact=True).click()
    assert page.url.endswith("/on-call")  # an urgent item is open: the browser asks for the note
    page.get_by_label("What they must know").fill("Item 11 waits for a call.")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_role("status").get_by_text("Asked. You have it until they confirm.").wait_for()
    is_sound(page, width)
    page.goto("/admin/on-call")
    first = page.locator(".card", has_text="First")
    first.get_by_text("Sample worker on call").wait_for()
    other = window.sign_in(window.open(width), "supervisor")
    other.goto("/admin/queue")
    other.get_by_text("Item 11 waits for a call.").wait_for()
    other.get_by_role("button", name="Confirm: I have it").click()
    other.get_by_role("status").get_by_text("Yours from now on.").wait_for()
    is_sound(other, width)
    page.reload()
    first.get_by_text("Sample supervisor").wait_for()
    for digits in ("0191", "0192", "0193"):
        stage.phone(digits).ignores()
