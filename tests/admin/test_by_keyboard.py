"""Every page by keyboard alone: Tab comes to all there is to do, shows where it is, and goes on."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.admin.walk import Morning, each_page
from tests.admin.window import Window

pytestmark = pytest.mark.parametrize("module_database", ["sqlite"], indirect=True)
#: Unfolds all, and from then on keeps what each Tab came to and what was wrong with it there.
_WATCH = """() => {
  document.querySelectorAll("details").forEach((one) => (one.open = true));
  const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button],"
    + " [role=link], [contenteditable], [tabindex]:not(main)";
  const group = (one) => one.type === "radio" ? `${one.form?.action} ${one.name}` : one;
  const wanted = [...document.querySelectorAll(all)].filter(
    (one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled);
  const told = { wanted: new Map(wanted.map((one) => [group(one), one])), faults: [], order: [] };
  // With the key's release the place it came to has been scrolled into sight.
  document.addEventListener("keyup", () => {
    const one = document.activeElement;
    if (one === document.body || told.order.at(-1) === one) return;
    told.order.push(one);
    told.wanted.delete(group(one));
    const place = one.getBoundingClientRect();
    const isInSight = place.bottom > 0 && place.right > 0
      && place.top < innerHeight && place.left < innerWidth;
    const style = getComputedStyle(one);
    const isMarked = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    if (!isInSight || !isMarked) told.faults.push([isInSight, isMarked, one.outerHTML]);
  });
  window.told = told;
  return told.wanted.size;
}"""
_TOLD = """() => ({
  left: [...told.wanted.values()].map((one) => one.outerHTML.slice(0, 200)),
  faults: told.faults,
  first: told.order[0]?.className,
})"""


def test_by_keyboard_alone_everything_is_reached_and_seen_to_be(
    walk: Window, morning: Morning
) -> None:
    seen = 0
    for name, page in each_page(walk, morning, 360):
        told = _tab_through(page)
        assert told == {"left": [], "faults": [], "first": "skip"}, name
        seen += 1
    assert seen > 50


def _tab_through(page: Page) -> Any:
    """Presses Tab until all was reached, or so often that something must hold it fast."""
    presses = page.evaluate(_WATCH) + 1
    # A field for a day or a time has a stop for each of its parts.
    presses += 7 * page.locator("input[type^=date], input[type=time], input[type=month]").count()
    for _ in range(presses):
        page.keyboard.press("Tab")
    return page.evaluate(_TOLD)
