"""What is printed: no navigation, nothing cut, black on white, syllabics in the bundled font."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from admin.posters import WORDS
from tests.admin.walk import Morning, each_page
from tests.admin.window import Window

pytestmark = pytest.mark.parametrize("module_database", ["sqlite"], indirect=True)
#: Letter paper without its margins, in CSS pixels.
PAPER = 725
#: Made to be printed, or printed by offices all the same.
PRINTED = {
    "posters", "notes-sheet", "sources-one-card", "outcomes-one-one", "oversight-breach",
    "calendar", "rota", "texts", "directory", "conversations-one",
}  # fmt: skip
FONT = b"NotoSansCanadianAboriginal"
_ONLY_ON_SCREENS = ".top, .banner, .skip, .urgents, button, .button, main form, .choices"
_LEFT = """(those) => ({
  shown: [...document.querySelectorAll(those)].filter((one) => one.checkVisibility())
    .map((one) => one.outerHTML),
  cut: [...document.querySelectorAll("main *")].filter((one) => one.checkVisibility()
    && !one.matches(".unseen") && (one.getBoundingClientRect().right > innerWidth + 1
      || (getComputedStyle(one).overflowX !== "visible" && one.scrollWidth > one.clientWidth + 1)))
    .map((one) => one.outerHTML),
  light: [...document.querySelectorAll("main, main *")].filter((one) => {
    const [r, g, b] = getComputedStyle(one).color.match(/[.0-9]+/g).map(Number);
    return one.checkVisibility() && r + g + b > 600;
  }).map((one) => one.outerHTML),
})"""


def _pages(page: Page) -> tuple[int, bytes]:
    """How many sheets of paper it takes, and the file that the printer gets."""
    page.evaluate("document.fonts.ready.then(() => null)")
    file = page.pdf(prefer_css_page_size=True)
    return len(re.findall(rb"/Type /Page\b", file)), file


def test_no_page_prints_what_is_only_done_on_a_screen_and_nothing_is_cut_off(
    walk: Window, morning: Morning
) -> None:
    printed = set()
    for name, page in each_page(walk, morning, PAPER, dark=True):
        page.emulate_media(media="print")
        assert page.evaluate(_LEFT, _ONLY_ON_SCREENS) == {"shown": [], "cut": [], "light": []}, name
        if name in PRINTED:
            sheets, file = _pages(page)
            assert sheets >= 1 and (b"/FontName" in file), name
            printed.add(name)
        page.emulate_media(media="screen")
    assert printed == PRINTED


@pytest.mark.parametrize(("language", "word"), [(key, all_[0]) for key, all_ in WORDS.items()])
def test_a_poster_is_one_sheet_and_its_syllabics_are_the_bundled_font(
    walk: Window, morning: Morning, language: str, word: str
) -> None:
    page = walk.sign_in(walk.open(1280), "translator")
    page.goto(f"/admin/posters?language={language}&word={word}")
    page.emulate_media(media="print")
    strips = page.locator(".strips li").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().bottom - one.scrollHeight"
        " >= 0 && one.scrollHeight <= one.clientHeight + 1)"
    )
    assert len(strips) == 8 and all(strips)
    sheets, file = _pages(page)
    assert sheets == 1
    assert (FONT in file) == (language == "iu")
