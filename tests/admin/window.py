"""A real browser at the panel: its console silent, its pages photographed."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, Request, Route, expect
from werkzeug.serving import make_server

from service import sign_in_links
from tests.admin.desk import KNIFE
from tests.stage import Stage

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# As long as all else that waits: a computer that is busy with other tests is no fault of a page.
expect.set_options(timeout=30_000)
SCREENS = Path(__file__).parents[2] / "docs" / "screens"
TALLEST = 2400
#: What is random on a page, or a picture of it: not shown, so that a photograph stays the same.
RANDOM = ".secret, .narrow img.square, code, [data-random]"
#: What is random is dots or a grey square for the picture, and is shown again after it.
COVER = """([random, isCovered]) => {
  document.documentElement.style.caretColor = isCovered ? "transparent" : "";
  const shown = window.shown ??= new Map();
  for (const one of document.querySelectorAll(random)) {
    if (one.tagName === "IMG") {
      one.style.objectPosition = isCovered ? "-99rem" : "";
      one.style.background = isCovered ? "#8a8f94" : "";
    }
    const words = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
    while (words.nextNode()) {
      const text = words.currentNode;
      if (!shown.has(text)) shown.set(text, text.data);
      text.data = isCovered && text.data.trim() ? "••••••••" : shown.get(text);
    }
  }
  return document.fonts.ready.then(() => null);
}"""
#: The rules of axe that the other colour scheme can break; axe is on the page by then.
COLOURS = """() => axe.run({
  runOnly: ["color-contrast", "link-in-text-block"], resultTypes: ["violations"],
}).then((result) => result.violations)"""


def _whole(app: Flask) -> WSGIApplication:
    """Gives each answer in one piece: where a browser goes away in the middle of a file, this
    server leaves it open."""

    def answer(environ: WSGIEnvironment, start: StartResponse) -> list[bytes]:
        with closing(app(environ, start)) as pieces:  # type: ignore[type-var]
            return [b"".join(pieces)]

    return answer


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """An app on a free port of this computer; its address."""
    web = make_server("127.0.0.1", 0, _whole(app), threaded=True)
    thread = Thread(target=web.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{web.port}"
    web.shutdown()
    thread.join()
    web.server_close()


def text_in_the_morning(stage: Stage) -> None:
    """One client writes syllabics, one writes what a page could stumble over, one is in danger."""
    stage.phone("0141").texts("ᐃᓄᒃᑎᑐᑦ ᐅᖃᐅᓯᖃᕐᐱᑦ").ignores()
    stage.phone("0142").texts("<b>hi</b> \u202e blorp " + "x" * 200).ignores()
    stage.phone("0143").texts(KNIFE).ignores()


@pytest.fixture
def address(stage: Stage) -> Iterator[str]:
    """The panel after a morning of texts."""
    text_in_the_morning(stage)
    with served(stage.rehearsal.app) as place:
        yield place


class Window:
    """A browser window; its console must stay silent to the end."""

    def __init__(self, browser: Browser, stage: Stage, address: str) -> None:
        self.browser, self.stage, self.address = browser, stage, address
        self.errors: list[str] = []
        self.pages: list[Page] = []

    def open(
        self, width: int = 1280, dark: bool = False, scripts: bool = True, **more: Any
    ) -> Page:
        scheme: Literal["dark", "light"] = "dark" if dark else "light"
        context = self.browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            java_script_enabled=scripts,
            base_url=self.address,
            **more,
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
        page.wait_for_url(re.compile(r"/admin/(queue|directory)"))
        return page


@pytest.fixture
def window(browser: Browser, stage: Stage, address: str) -> Iterator[Window]:
    """Opens pages; a word in the console is a failure."""
    yield from opened(browser, stage, address)


def opened(browser: Browser, stage: Stage, address: str) -> Iterator[Window]:
    """A window; once it is used, its pages are closed and its console was silent."""
    made = Window(browser, stage, address)
    yield made
    for page in made.pages:
        page.context.close()
    assert made.errors == []


def hold(
    page: Page, address: str, chosen: Callable[[Request], bool] = lambda _: True
) -> list[Route]:
    """What the page asks for there, kept back until the test lets it go on."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        if chosen(route.request):
            held.append(route)
        else:
            route.continue_()

    page.route(address, keep)
    return held


def is_sound(page: Page, width: int) -> None:
    """Nothing is wider than the screen, and axe finds nothing, with all of it unfolded.

    In the light and in the dark: all rules as the page stands, then those about colours. What a
    test waited for may stand on a page that is still on its way.
    """
    page.wait_for_load_state()
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    found = Axe().run(page).response["violations"]
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    # Without motion, or a colour would be read while it still changes.
    page.emulate_media(color_scheme="light" if dark else "dark", reduced_motion="reduce")
    found += page.evaluate(COLOURS)
    page.emulate_media(color_scheme="dark" if dark else "light")
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == [], page.url


def photograph(page: Page, name: str) -> None:
    """Keeps docs/screens/<name>-<width>.webp, the same at each run as long as the page is."""
    size = page.viewport_size or {"width": 0, "height": 0}
    page.evaluate(COVER, [RANDOM, True])
    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    # A PNG of the same page weighs four times as much; Playwright itself makes no other kind.
    taken = page.context.new_cdp_session(page).send(
        "Page.captureScreenshot",
        {
            "format": "webp",
            "quality": 60,
            "captureBeyondViewport": True,
            "clip": {"x": 0, "y": 0, "width": size["width"], "height": height, "scale": 1},
        },
    )
    (SCREENS / f"{name}-{size['width']}.webp").write_bytes(b64decode(taken["data"]))
    page.evaluate(COVER, [RANDOM, False])
