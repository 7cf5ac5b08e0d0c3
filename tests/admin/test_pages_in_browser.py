"""Every page in a real browser: read by axe, narrow and wide, light and dark, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from service import sign_in_links
from tests.admin.desk import Desk
from tests.stage import Stage

# What a browser shows does not depend on the database; every page runs on both without one.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
KNIFE = "he has a knife and he is outside my door"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's own Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def address(stage: Stage) -> Iterator[str]:
    """The panel, served on a free port of this computer, after a morning of texts."""
    stage.phone("0141").texts("ᐃᓄᒃᑎᑐᑦ ᐅᖃᐅᓯᖃᕐᐱᑦ").ignores()
    stage.phone("0142").texts("<b>hi</b> \u202e blorp " + "x" * 200).ignores()
    stage.phone("0143").texts(KNIFE).ignores()
    web = make_server("127.0.0.1", 0, stage.rehearsal.app, threaded=True)
    thread = Thread(target=web.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{web.port}"
    web.shutdown()
    thread.join()
    web.server_close()


class Window:
    """A browser window; its console must stay silent to the end."""

    def __init__(self, browser: Browser, stage: Stage, address: str) -> None:
        self.browser, self.stage, self.address = browser, stage, address
        self.errors: list[str] = []
        self.pages: list[Page] = []

    def open(self, width: int = 1280, dark: bool = False, scripts: bool = True) -> Page:
        scheme: Literal["dark", "light"] = "dark" if dark else "light"
        context = self.browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            java_script_enabled=scripts,
            base_url=self.address,
        )
        page = context.new_page()
        page.on("console", lambda message: self.errors.append(message.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.pages.append(page)
        return page

    def sign_in(self, page: Page, role: str) -> Page:
        link = sign_in_links.make(self.stage.line)[role]
        page.goto(link.removeprefix(self.stage.line.config.public_url))
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/queue")
        return page


@pytest.fixture
def window(browser: Browser, stage: Stage, address: str) -> Iterator[Window]:
    """Opens pages; a word in the console is a failure."""
    made = Window(browser, stage, address)
    yield made
    for page in made.pages:
        page.context.close()
    assert made.errors == []


def _is_sound(page: Page, width: int) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == [], page.url


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (768, True), (360, False), (360, True)])
def test_every_page_fits_and_axe_finds_nothing(
    window: Window, stage: Stage, width: int, dark: bool
) -> None:
    desk = Desk(stage)
    page = window.open(width, dark)
    for path in ("/admin/sign-in", desk.make_link(desk.hire("ann"))):
        page.goto(path)
        _is_sound(page, width)
    assert page.evaluate("document.querySelector('img.square').naturalWidth") > 0
    window.sign_in(page, "supervisor")
    paths = ["queue", "conversations", "directory", "on-call", "audit?check=1", "account"]
    paths += ["corrections"]
    paths += ["texts?state=all", "texts/one/first_contact.hello", "words", "texts/files"]
    paths += ["texts/word?old=qujannamiik&new=nakurmiik"]
    paths += [f"conversations/{desk.client_id(n)}" for n in range(3)]
    paths += [f"conversations/{desk.client_id()}/check-ins", "broadcasts"]
    for path in paths:
        page.goto(f"/admin/{path}")
        _is_sound(page, width)
    assert page.evaluate("document.fonts.check('16px Syllabics', 'ᐊᐃ')")


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


def test_without_scripts_all_of_it_works(window: Window, stage: Stage) -> None:
    page = window.open(360, scripts=False)
    window.sign_in(page, "caseworker")
    page.get_by_role("button", name="Take Item").click()
    page.get_by_label("Your text").fill("Plain and simple")
    page.get_by_role("button", name="Send").click()
    assert page.get_by_text("Plain and simple").is_visible()
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


def test_the_first_page_is_light(window: Window) -> None:
    page = window.open(360)
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(len(answer.body())))
    window.sign_in(page, "caseworker")
    page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes) < 100_000


def test_a_speaker_writes_with_the_keys_approves_and_the_next_client_reads_it(
    window: Window, stage: Stage
) -> None:
    page = window.open(360)
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
