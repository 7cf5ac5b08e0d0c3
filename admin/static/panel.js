"use strict";
// Keeps the part marked data-live up to date. Without this script the page is reloaded by hand.
(() => {
  const EVERY_MS = 10000;
  const TAP_MS = 1000;
  const here = new URL(location.href);
  here.searchParams.set("auto", "1");
  let tag = null;
  let touched = -Infinity;

  // Nothing changes under a finger, nor while somebody types or chooses.
  function isBusy(part) {
    const active = document.activeElement;
    const isTyping = part.contains(active) && active.matches("select, input, textarea");
    return isTyping || Date.now() - touched < TAP_MS;
  }

  // What somebody typed or chose there and has not sent yet.
  function typed(part) {
    const fields = [...part.querySelectorAll("input[id], select[id], textarea[id]")];
    return fields.filter((one) => one.value !== one.defaultValue).map((one) => [one.id, one.value]);
  }

  function put(part, text) {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const next = fresh.querySelector("[data-live]");
    if (!next) return location.reload();
    const open = new Set([...part.querySelectorAll("details[open][id]")].map((one) => one.id));
    const kept = typed(part);
    const focused = part.contains(document.activeElement)
      ? [...part.querySelectorAll("a, button, summary")].indexOf(document.activeElement)
      : -1;
    part.replaceChildren(...next.childNodes);
    const named = (id) => part.querySelector(`#${CSS.escape(id)}`);
    open.forEach((id) => named(id)?.setAttribute("open", ""));
    for (const [id, value] of kept) {
      const field = named(id);
      if (!field) continue;
      const first = field.value;
      field.value = value;
      if (field.selectedIndex === -1) field.value = first;
    }
    if (focused >= 0) part.querySelectorAll("a, button, summary")[focused]?.focus();
    document.title = fresh.title;
  }

  async function look(part) {
    if (document.hidden && !part.dataset.always) return;
    if (isBusy(part)) return;
    const headers = { "If-None-Match": tag };
    const answer = await fetch(here, { headers, cache: "no-store", redirect: "error" });
    if (answer.status === 401) return location.reload();
    if (answer.status !== 200) return;
    const text = await answer.text();
    // On a slow line somebody has begun to type since it was asked for.
    if (isBusy(part)) return;
    tag = answer.headers.get("ETag");
    put(part, text);
  }

  for (const act of ["pointerdown", "pointerup"]) {
    document.addEventListener(act, () => { touched = Date.now(); });
  }

  document.addEventListener("DOMContentLoaded", () => {
    // On a phone the pages stand in one row: the present one is pushed into sight.
    document.querySelector(".top [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
    const part = document.querySelector("[data-live]");
    if (!part || here.searchParams.has("before")) return;
    tag = `"${part.dataset.live}"`;
    setInterval(() => look(part).catch(() => {}), EVERY_MS);
  });
})();
