"use strict";
// Keeps the part marked data-live up to date. Without this script the page is reloaded by hand.
(() => {
  const EVERY_MS = 10000;
  const here = new URL(location.href);
  here.searchParams.set("auto", "1");
  let tag = null;

  function isBusy(part) {
    const active = document.activeElement;
    return part.contains(active) && active.matches("select, input, textarea");
  }

  function put(part, text) {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const next = fresh.querySelector("[data-live]");
    if (!next) return location.reload();
    const open = new Set([...part.querySelectorAll("details[open][id]")].map((one) => one.id));
    const focused = part.contains(document.activeElement)
      ? [...part.querySelectorAll("a, button, summary")].indexOf(document.activeElement)
      : -1;
    part.replaceChildren(...next.childNodes);
    open.forEach((id) => part.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", ""));
    if (focused >= 0) part.querySelectorAll("a, button, summary")[focused]?.focus();
    document.title = fresh.title;
  }

  async function look(part) {
    if (document.hidden && !part.dataset.always) return;
    if (isBusy(part)) return;
    const headers = tag ? { "If-None-Match": tag } : {};
    const answer = await fetch(here, { headers, cache: "no-store", redirect: "error" });
    if (answer.status === 401) return location.reload();
    if (answer.status !== 200) return;
    tag = answer.headers.get("ETag");
    put(part, await answer.text());
  }

  document.addEventListener("DOMContentLoaded", () => {
    // On a phone the pages stand in one row: the present one is pushed into sight.
    document.querySelector(".top [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
    const part = document.querySelector("[data-live]");
    if (!part || here.searchParams.has("before")) return;
    setInterval(() => look(part).catch(() => {}), EVERY_MS);
  });
})();
