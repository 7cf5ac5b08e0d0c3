"""Every page in a real browser: read by axe, narrow and wide, light and dark, by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.admin.desk import KNIFE, UNCLEAR
from tests.admin.window import Window, hold
from tests.stage import Stage

# What a browser shows does not depend on the database; every page runs on both without one.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_an_urgent_item_is_taken_and_answered_by_keyboard_alone(
    window: Window, stage: Stage
) -> None:
    page = window.sign_in(window.open(360), "caseworker")
    page.get_by_role("button", name="Take Item").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/conversations/**")
    assert not page.get_by_text(KNIFE).is_visible()
    page.locator(".note summary").focus()
    page.keyboard.press("Enter")
    assert page.get_by_text(KNIFE).is_visible()
    page.get_by_label("Your text").focus()
    page.keyboard.type("I am here. Can you talk?")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("status").get_by_text("Your text is on its way.").wait_for()
    stage.later(seconds=1)
    assert "I am here. Can you talk?" in stage.phone("0143").unread


def test_what_a_text_costs_and_tells_is_shown_as_one_types(window: Window, stage: Stage) -> None:
    page = window.sign_in(window.open(360), "caseworker")
    page.get_by_role("link", name="Open Item").click()
    page.get_by_label("Your text").press_sequentially("Is the naloxone")
    page.get_by_text("These words tell: naloxone").wait_for()
    page.get_by_label("Your text").fill("ᖁᔭᓐᓇᒦᒃ")
    page.locator("#draft").get_by_text("qujannamiik").wait_for()
    assert page.get_by_text("1 part of a text message").is_visible()


def test_what_was_typed_before_the_script_came_is_looked_at_too(
    window: Window, stage: Stage
) -> None:
    page = window.sign_in(window.open(360), "caseworker")
    held = hold(page, "**/writing.js")
    with page.expect_request("**/writing.js"):
        page.get_by_role("link", name="Open Item").click()
    page.get_by_label("Your text").press_sequentially("Is the naloxone")
    held.pop().continue_()
    page.get_by_text("These words tell: naloxone").wait_for()


def test_without_scripts_all_of_it_works(window: Window, stage: Stage) -> None:
    page = window.open(360, scripts=False)
    window.sign_in(page, "caseworker")
    page.get_by_role("button", name="Take Item").click()
    page.get_by_label("Your text").fill("Plain and simple")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Plain and simple").wait_for()
    page.goto("/admin/queue")
    assert page.locator("meta[http-equiv=refresh]").count() == 1


def test_news_comes_by_itself_while_a_half_written_reply_stays(
    window: Window, stage: Stage
) -> None:
    page = window.open(1280)
    page.clock.install()
    window.sign_in(page, "caseworker")
    page.get_by_role("link", name="Open Item").click()
    page.wait_for_url("**/conversations/**")
    page.get_by_label("Your text").fill("half a sent")
    stage.phone("0143").texts("please").ignores()
    page.clock.run_for(11_000)
    page.get_by_text("please", exact=True).wait_for()
    assert page.get_by_label("Your text").input_value() == "half a sent"
    assert page.evaluate("document.activeElement.id") == "words"


def test_what_somebody_types_into_the_queue_stays_when_news_comes(
    window: Window, stage: Stage
) -> None:
    page = window.open(360)
    page.clock.install()
    window.sign_in(page, "caseworker")
    stage.phone("0146").texts(UNCLEAR).ignores()
    page.clock.run_for(11_000)
    item = page.get_by_role("listitem").filter(has_text="•••• 46")
    item.get_by_text("Later").click()
    until = item.get_by_label("Until")
    until.fill("2026-12-24T09:30")
    until.blur()
    # An answer that was asked for before, and comes while somebody types.
    held = hold(page, "**/queue?auto=1")
    stage.phone("0147").texts(KNIFE).ignores()
    with page.expect_request("**/queue?auto=1"):
        page.clock.run_for(11_000)
    until.focus()
    with page.expect_request_finished(lambda one: "/queue?auto=1" in one.url):
        held.pop().continue_()
    page.evaluate("fetch('/healthz').then((one) => one.text()).then(() => null)")
    assert until.evaluate("(one) => one === document.activeElement")
    page.unroute("**/queue?auto=1")
    until.blur()
    page.clock.run_for(11_000)
    expect(page.get_by_role("button", name="Take Item")).to_have_count(2)
    expect(until).to_have_value("2026-12-24T09:30")


def test_the_first_page_is_light(window: Window) -> None:
    page = window.open(360)
    page.goto("/admin/sign-in")
    assert _weight(page) < 100_000
    window.sign_in(page, "caseworker")
    page.goto("/admin/queue")
    assert _weight(page) < 100_000


def _weight(page: Page) -> int:
    """Bytes of a page with all that it loads, before anything is compressed."""
    page.wait_for_load_state("networkidle")
    sizes = page.evaluate("performance.getEntries().map((one) => one.decodedBodySize ?? 0)")
    assert len([size for size in sizes if size]) > 4  # the page, its style and its scripts
    return int(sum(sizes))


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_a_speaker_writes_with_the_keys_approves_and_the_next_client_reads_it(
    window: Window, stage: Stage, width: int
) -> None:
    page = window.open(width)
    window.sign_in(page, "translator")
    page.goto("/admin/texts/one/fallback.first")
    field = page.get_by_label("Inuktitut, in roman letters or syllabics")
    field.fill("MENU TALK ")
    page.get_by_text("Syllabic keys").click()
    for sign in "ᐊᑲᐅᔪᖅ":
        page.get_by_role("button", name=sign, exact=True).click()
    assert field.input_value() == "MENU TALK ᐊᑲᐅᔪᖅ"
    page.get_by_label("Your name, as it shall stand").fill("M. Example")
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("status").get_by_text("Approved. It goes out from now on.").wait_for()
    stage.phone("0149").texts("ᕿᒻᒥᕈᓇᖕᓂᐊᖅᐱᑦ").hears("MENU TALK ᐊᑲᐅᔪᖅ").ignores()
