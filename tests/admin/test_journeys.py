"""Whole journeys in a real browser, client's phone and panel side by side, at three widths."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as NotShownError

from bot.push import WebPusher
from simulator.app import create_app as create_carrier
from tests.admin.desk import KNIFE
from tests.admin.window import Window, served
from tests.stage import Stage

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
CLIENT = "+16135550155"
#: A slow third-generation mobile network, as browsers' own tools define it.
# Source: Chrome DevTools, network preset "Slow 3G" (400 ms, 400 kbit/s).
SLOW_3G = {"latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}


@pytest.fixture
def phones(stage: Stage, window: Window) -> Iterator[Page]:
    """The page of phones, with a client's phone on it."""
    stage.network.add_phone(CLIENT, "Client K")
    with served(create_carrier(stage.network)) as address:
        page = window.browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.goto(f"{address}/simulator/")
        yield page
        page.context.close()


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_an_urgent_text_is_taken_answered_heard_and_resolved(
    window: Window, stage: Stage, phones: Page, width: int
) -> None:
    page = window.open(width)
    page.clock.install()
    window.sign_in(page, "caseworker")
    expect(page.get_by_text("Item 12")).to_have_count(0)
    phones.get_by_label("Client K").get_by_role("textbox").fill(KNIFE)
    phones.get_by_label("Client K").get_by_role("button", name="Send").click()
    phones.get_by_text(KNIFE).first.wait_for()
    stage.rehearsal.settle()
    card = page.get_by_role("listitem").filter(has_text="Item 12")
    _looks_until(page, card.get_by_text("Nobody has it"))
    expect(page).to_have_title(re.compile(r"^\(2!\) .*Queue"))
    card.get_by_role("button", name="Take").click()
    page.wait_for_url("**/conversations/**")
    assert not page.get_by_text(KNIFE).is_visible()
    page.get_by_label("Your text").fill("I am here with you.")
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("status").get_by_text("Your text is on its way.").wait_for()
    stage.rehearsal.settle()
    phones.reload()
    phones.get_by_label("Client K").get_by_text("I am here with you.").first.wait_for()
    page.goto("/admin/queue")
    card = page.get_by_role("listitem").filter(has_text="Item 12")
    card.get_by_text("Resolve").first.click()
    card.get_by_label("What came of it").select_option("safe")
    card.get_by_role("button", name="Resolve").click()
    page.get_by_role("status").get_by_text("Resolved.").wait_for()
    expect(page.get_by_text("Item 12")).to_have_count(0)


def _looks_until(page: Page, wanted: Locator) -> None:
    """The page looks again every ten seconds; the first look may come before the text is kept."""
    for _ in range(5):
        page.clock.run_for(11_000)
        with suppress(NotShownError):
            wanted.wait_for(timeout=6_000)
            return
    wanted.wait_for(timeout=6_000)


def test_on_a_slow_phone_network_the_queue_is_there_within_three_seconds(window: Window) -> None:
    page = window.sign_in(window.open(360), "caseworker")
    slow = page.context.new_cdp_session(page)
    slow.send("Network.enable")
    slow.send("Network.setCacheDisabled", {"cacheDisabled": True})
    slow.send("Network.emulateNetworkConditions", {"offline": False, **SLOW_3G})
    # The network is slow each time, this computer only while it has other things to do.
    ready = []
    for _ in range(5):
        page.goto("/admin/queue")
        times = page.evaluate("performance.getEntriesByType('navigation')[0].toJSON()")
        assert times["responseEnd"] > 400
        ready.append(times["domContentLoadedEventEnd"])
        if ready[-1] < 3000:
            break
    assert min(ready) < 3000, ready
    page.get_by_role("button", name="Take Item").first.wait_for()


def test_a_new_urgent_text_is_told_on_every_page_in_words_title_and_sound(
    window: Window, stage: Stage
) -> None:
    page = window.open(360)
    page.clock.install()
    page.add_init_script(
        "window.sounds = 0; const start = OscillatorNode.prototype.start;"
        "OscillatorNode.prototype.start = function (...a)"
        " { window.sounds += 1; return start.apply(this, a) }"
    )
    window.sign_in(page, "caseworker")
    page.goto("/admin/directory")
    page.get_by_text("1 urgent item is open.").wait_for()
    assert page.evaluate("window.sounds") == 0
    stage.phone("0147").texts(KNIFE).ignores()
    page.clock.run_for(11_000)
    page.get_by_text("2 urgent items are open. Nobody has 2.").wait_for()
    expect(page).to_have_title("(2!) Directory · Alluriarniq")
    assert page.evaluate("window.sounds") == 3
    page.get_by_role("button", name="Sound off").click()
    stage.phone("0148").texts(KNIFE).ignores()
    page.clock.run_for(11_000)
    page.get_by_text("3 urgent items are open.").wait_for()
    assert page.evaluate("window.sounds") == 3
    page.get_by_role("link", name="3 urgent items are open.").click()
    page.wait_for_url("**/queue")


def test_a_phone_is_put_on_for_notices_and_off_again(window: Window, stage: Stage) -> None:
    page = window.open(360)
    page.add_init_script(
        "Notification.requestPermission = async () => 'granted';"
        "PushManager.prototype.subscribe = async (wish) => ({ toJSON: () => ({"
        " endpoint: 'https://fcm.googleapis.com/fcm/send/one',"
        " keys: { p256dh: String(wish.applicationServerKey.length), auth: 'a' } }) });"
    )
    stage.line.pusher = WebPusher(stage.line.vault, "https://line.test", ())
    window.sign_in(page, "caseworker")
    page.goto("/admin/account/notices")
    page.get_by_role("button", name="Show notices on this phone or computer").click()
    page.get_by_text("fcm.googleapis.com").wait_for()
    worker = page.evaluate("navigator.serviceWorker.ready.then(one => one.scope)")
    assert worker.endswith("/admin/")
    page.get_by_role("button", name="No more notices here").click()
    page.get_by_text("No screen shows notices.").wait_for()
