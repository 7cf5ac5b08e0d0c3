"""Pages in syllabics, photographed by the run itself for docs/screens, and no sign left blank."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from service import sign_in_links
from simulator.app import create_app as create_carrier
from tests.admin.desk import Desk
from tests.admin.window import served
from tests.stage import Stage

SCREENS = Path(__file__).parents[2] / "docs" / "screens"
WIDTH = 360
#: Draws a sign as the page does; two signs that look alike to the pixel were not drawn.
_DRAWN = """async (signs) => {
  await document.fonts.load('32px Syllabics', signs);
  const one = (sign) => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 48;
    const pen = canvas.getContext('2d');
    pen.font = '32px Syllabics';
    pen.fillText(sign, 4, 38);
    return canvas.toDataURL();
  };
  return [...signs].map(one);
}"""


@pytest.fixture
def page(browser: Browser, stage: Stage) -> Iterator[Page]:
    """The supervisor's phone, after a talk in syllabics."""
    phone = stage.phone()
    for words in ("ᐊᐃ, ᖃᓄᐃᑉᐱᑦ", "ᖁᔭᓐᓇᒦᒃ", "ᐃᓄᒃᑎᑐᑦ ᐅᖃᓪᓚᒍᓐᓇᖅᑐᖓ"):
        phone.texts(words).ignores()
        stage.later(minutes=1)
    with served(stage.rehearsal.app) as address:
        page = browser.new_context(
            viewport={"width": WIDTH, "height": 760}, base_url=address
        ).new_page()
        link = sign_in_links.make(stage.line)["supervisor"]
        page.goto(link.removeprefix(stage.line.config.public_url))
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/queue")
        yield page
        page.context.close()


def _shoot(page: Page, name: str) -> None:
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
    page.screenshot(path=SCREENS / f"syllabics-{name}.png")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_pages_in_syllabics_are_photographed(page: Page, stage: Stage) -> None:
    page.goto(f"/admin/conversations/{Desk(stage).client_id()}")
    page.get_by_text("ᐃᓄᒃᑎᑐᑦ ᐅᖃᓪᓚᒍᓐᓇᖅᑐᖓ").first.wait_for()
    _shoot(page, "conversation")
    page.goto("/admin/texts/one/fallback.first")
    page.get_by_text("Syllabic keys").click()
    _shoot(page, "text-with-keys")
    page.goto("/admin/texts?state=draft")
    _shoot(page, "texts")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_phones_show_syllabics(browser: Browser, stage: Stage, page: Page) -> None:
    with served(create_carrier(stage.network)) as address:
        phones = browser.new_context(viewport={"width": WIDTH, "height": 760}).new_page()
        phones.goto(f"{address}/simulator/")
        phones.get_by_text("ᖁᔭᓐᓇᒦᒃ").first.wait_for()
        phones.get_by_text("ᖁᔭᓐᓇᒦᒃ").first.scroll_into_view_if_needed()
        _shoot(phones, "phone")
        phones.context.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_sign_of_the_chart_is_drawn_by_the_bundled_font(page: Page) -> None:
    signs = "".join(chr(point) for point in range(0x1401, 0x1680))
    drawn = page.evaluate(_DRAWN, signs)
    assert page.evaluate("document.fonts.check('32px Syllabics', 'ᐊ')")
    # What a font lacks is drawn as one and the same empty box. A few signs look alike.
    assert len(set(drawn)) > 0.95 * len(signs)
