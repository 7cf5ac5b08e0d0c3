"""A page gone through by Tab alone: what there is to do, what is reached, and whether it shows."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page

#: Unfolds all, and from then on keeps what each Tab came to and what was wrong with it there.
_WATCH = """() => {
  document.querySelectorAll("details").forEach((one) => (one.open = true));
  const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button],"
    + " [role=link], [contenteditable], [tabindex]:not([tabindex='-1'])";
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


def tabbed_through(page: Page) -> Any:
    """Presses Tab until all was reached, or so often that something must hold it fast."""
    presses = page.evaluate(_WATCH) + 1
    # A field for a day or a time has a stop for each of its parts.
    presses += 7 * page.locator("input[type^=date], input[type=time], input[type=month]").count()
    for _ in range(presses):
        page.keyboard.press("Tab")
    return page.evaluate(_TOLD)


def tab_to(page: Page, place: Locator, most: int = 200) -> None:
    """Presses Tab until the keyboard is there."""
    for _ in range(most):
        if place.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never came to {place}")
