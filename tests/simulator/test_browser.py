"""The page of phones in a real browser: by keyboard, narrow, dark, and read by axe."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from simulator.app import create_app
from simulator.clock import MovableClock
from simulator.core import Line
from simulator.media import DOT
from simulator.model import Answer
from simulator.network import Network
from simulator.serve import server
from tests.keyboard import tab_to, tabbed_through

from .stand import ACCOUNT, ANN, ASK, OWN, STAFF, TOKEN


@pytest.fixture
def network() -> Network:
    """A network with two phones; the line says the page's words to every call."""
    line, clock = Line(ACCOUNT, TOKEN), MovableClock()
    network = Network(line, clock, lambda _webhook: Answer(200, ASK), answering="asks")
    network.add_phone(ANN, "Client A")
    network.add_phone(STAFF, "On call")
    return network


@pytest.fixture
def address(network: Network) -> Iterator[str]:
    """The page, served on a free port of this computer."""
    clock = network.core.clock
    web = server(create_app(network, clock), 0)
    thread = Thread(target=web.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{web.port}/simulator/"
    web.shutdown()
    thread.join()
    web.server_close()


Window = Callable[..., Page]


@pytest.fixture
def window(browser: Browser, address: str) -> Iterator[Window]:
    """Opens the page in a window of its own; its console must stay silent to the end."""
    errors: list[str] = []
    opened: list[Page] = []

    def open_page(width: int = 1280, dark: bool = False, clock: bool = False) -> Page:
        scheme: Literal["dark", "light"] = "dark" if dark else "light"
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.on("console", lambda message: errors.append(message.text))
        page.on("pageerror", lambda error: errors.append(str(error)))
        if clock:  # the page's own, which stands still until it is moved
            page.clock.install(time=0)
            page.clock.pause_at(1_000)
        page.goto(address)
        opened.append(page)
        return page

    yield open_page
    for page in opened:
        page.close()
    assert errors == []


def test_a_text_is_written_by_keyboard_and_its_answer_read_aloud(
    window: Window, network: Network
) -> None:
    page = window()
    page.get_by_label("Text from Client A").focus()
    page.keyboard.type("ᐊᐃ")
    page.keyboard.press("Enter")
    page.locator("li.sent").get_by_text("ᐊᐃ").wait_for()
    # The text can be on the page before the answer to its sending is.
    expect(page.get_by_label("Text from Client A")).to_have_value("", timeout=30_000)
    network.create_message(ANN, OWN, "Hello back")
    network.run_due()
    page.locator("li.text").get_by_text("Hello back").wait_for()
    page.get_by_role("status").get_by_text("Client A received: Hello back").wait_for()


def test_what_comes_to_several_phones_at_once_is_all_read_aloud(
    window: Window, network: Network
) -> None:
    page = window(clock=True)
    for number, words in ((ANN, "Hello"), (STAFF, "Urgent item 12"), (ANN, "and again")):
        network.create_message(number, OWN, words)
    network.run_due()
    page.clock.run_for(1_100)  # the page looks once, when all of it is there
    said = page.get_by_role("status")
    said.get_by_text("On call received: Urgent item 12").wait_for()
    for words in ("Client A received: Hello", "Client A received: and again"):
        assert words in said.inner_text()


def test_syllabics_are_drawn_with_the_font_that_comes_along(
    window: Window, network: Network
) -> None:
    network.phone_sends(ANN, "ᐃᓄᒃᑎᑐᑦ")
    page = window()
    page.get_by_text("ᐃᓄᒃᑎᑐᑦ").wait_for()
    page.evaluate("document.fonts.ready")
    browser = page.context.new_cdp_session(page)
    browser.send("DOM.enable")
    browser.send("CSS.enable")
    root = browser.send("DOM.getDocument")["root"]["nodeId"]
    asked = {"nodeId": root, "selector": "li.sent .bubble"}
    bubble = browser.send("DOM.querySelector", asked)["nodeId"]
    drawn = browser.send("CSS.getPlatformFontsForNode", {"nodeId": bubble})["fonts"]
    ours = [font for font in drawn if font["isCustomFont"]]
    assert [font["familyName"] for font in ours] == ["Noto Sans Canadian Aboriginal"]
    assert ours[0]["glyphCount"] == len("ᐃᓄᒃᑎᑐᑦ")


def test_all_of_the_page_is_done_by_keyboard_alone(window: Window, network: Network) -> None:
    page = window(width=360)
    tab_to(page, page.get_by_text("Make things go wrong"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("switch", name="Duplicate"))
    page.keyboard.press("Space")
    page.locator("[role=switch][aria-checked=true]").wait_for()
    assert [fault["kind"] for fault in network.faults()] == ["duplicate"]
    page.reload()
    tab_to(page, page.get_by_role("button", name="+1 hour"))
    page.keyboard.press("Enter")
    page.get_by_text("1:00:00 ahead of real time").wait_for()
    network.create_call(STAFF, OWN, url="https://line.example/voice/page")
    network.run_due()
    page.get_by_role("button", name="Answer").wait_for()
    tab_to(page, page.get_by_role("button", name="Answer"))
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Hang up").wait_for()
    network.run_due()
    key = page.get_by_label("Keypad").get_by_role("button", name="1", exact=True)
    key.wait_for()
    tab_to(page, key)
    page.keyboard.press("Space")
    page.get_by_label("Keypad").wait_for(state="detached")
    assert [call.pressed for call in network.calls.book.values()] == [["1"]]


def test_tab_comes_to_everything_and_shows_where_it_is(window: Window, network: Network) -> None:
    network.phone_sends(ANN, "x" * 300)
    network.run_due()
    told = tabbed_through(window(width=360))
    assert told == {"left": [], "faults": [], "first": "skip"}


@pytest.mark.parametrize(("width", "columns"), [(1280, 3), (800, 2), (360, 1)])
def test_phones_stand_side_by_side_where_there_is_room(
    window: Window, network: Network, width: int, columns: int
) -> None:
    for last in range(3, 6):
        network.add_phone(f"+1613555010{last}", f"Client {last}")
    boxes = [one.bounding_box() for one in window(width).locator("article.phone").all()]
    assert len(boxes) == 5 and all(boxes)
    assert len({round(box["x"]) for box in boxes if box}) == columns
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes if box)


def test_a_call_is_answered_and_acknowledged_with_the_keypad(
    window: Window, network: Network
) -> None:
    page = window()
    network.create_call(STAFF, OWN, url="https://line.example/voice/page")
    network.run_due()
    page.get_by_role("button", name="Answer").click()
    page.get_by_role("button", name="Hang up").wait_for()  # the company knows of the answer
    network.run_due()
    page.get_by_label("Keypad").get_by_role("button", name="1", exact=True).click()
    page.get_by_label("Keypad").wait_for(state="detached")
    [call] = network.calls.book.values()
    assert call.pressed == ["1"]


def test_a_switch_and_the_clock_answer_at_once(window: Window, network: Network) -> None:
    page = window()
    page.get_by_text("Make things go wrong").click()
    page.get_by_role("switch", name="Reorder").click()
    page.locator("[role=switch][aria-checked=true]").wait_for()
    assert [fault["kind"] for fault in network.faults()] == ["reorder"]
    page.get_by_role("button", name="+1 hour").click()
    page.get_by_text("1:00:00 ahead of real time").wait_for()


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_the_page_fits_and_axe_finds_nothing(
    window: Window, network: Network, width: int, dark: bool
) -> None:
    network.phone_sends(ANN, "x" * 300)
    network.create_message(ANN, OWN, "ᐃᓄᒃᑎᑐᑦ " * 20)
    network.create_call(STAFF, OWN, url="https://line.example/voice/page")
    network.run_due()
    network.answer(STAFF)
    network.run_due()
    page = window(width, dark)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert [rule["id"] for rule in found.response["violations"]] == []


def test_the_page_holds_no_script_or_style_of_its_own() -> None:
    for template in Path(create_app.__code__.co_filename).parent.glob("templates/*.html"):
        text = template.read_text()
        assert "<style" not in text and " style=" not in text and " on" + "click" not in text
        assert text.count("<script") == text.count("<script src=")


def test_a_picture_is_attached_and_a_phone_on_whatsapp_is_added(
    window: Window, network: Network
) -> None:
    page = window(width=360)
    photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": DOT}
    page.get_by_label("Attach a picture for Client A").set_input_files([photo])
    page.locator(f"#phone-{ANN[1:]}").get_by_role("button", name="Send").click()
    page.locator("li.sent").get_by_text("Picture").wait_for()
    [sent] = network.messages
    assert (sent.body, sent.num_media) == ("", 1)
    page.get_by_text("Add a phone").click()
    page.get_by_label("Number", exact=True).fill("+16135550104")
    page.get_by_label("on WhatsApp").check()
    page.get_by_role("button", name="Add").click()
    page.get_by_role("heading", name="WhatsApp 613-555-0104").wait_for()
    page.wait_for_load_state()
    assert "whatsapp:+16135550104" in network.core.phones
    assert Axe().run(page).response["violations"] == []
