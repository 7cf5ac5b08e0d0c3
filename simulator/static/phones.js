// Keeps the page of phones up to date and sends its forms without reloading it.
// Everything here also works without this script: plain forms and a Refresh link.
"use strict";

const page = document.body;
const announcer = document.getElementById("announcer");
const problem = document.getElementById("problem");
const last = new Map();
const heard = [];
const POLL_MS = 1000;
let polling = false;

function show(text) {
  problem.textContent = text;
  problem.hidden = !text;
}

// Only what differs is touched, so that scrolling, focus and a screen reader's place stay put.
function merge(list, html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  const kept = new Set();
  for (const item of fresh.content.children) {
    kept.add(item.id);
    const old = document.getElementById(item.id);
    if (!old) {
      list.append(item.cloneNode(true));
      announce(list, item);
    } else if (old.innerHTML !== item.innerHTML) {
      old.innerHTML = item.innerHTML;
    }
  }
  for (const old of [...list.children]) {
    if (!kept.has(old.id)) old.remove();
  }
  if (atEnd) list.scrollTop = list.scrollHeight;
}

function announce(list, item) {
  if (item.classList.contains("text") || item.classList.contains("call")) {
    const words = page.dataset.arrived.replace("{name}", list.getAttribute("aria-label"));
    heard.push(`${words}: ${item.dataset.body}`);
  }
}

function swap(element, html) {
  const focused = element.contains(document.activeElement) ? document.activeElement.id : "";
  element.innerHTML = html;
  if (focused) document.getElementById(focused)?.focus();
}

function draw(state) {
  for (const [id, html] of Object.entries(state.parts)) {
    const element = document.getElementById(id);
    if (!element || last.get(id) === html) continue;
    if (element.classList.contains("thread")) merge(element, html);
    else if (last.has(id) || element.innerHTML.trim() !== html.trim()) swap(element, html);
    last.set(id, html);
  }
  // Whatever came to several phones at once is read aloud together, not only the last of it.
  if (heard.length) announcer.textContent = heard.splice(0).join("\n");
  for (const [kind, on] of Object.entries(state.switches)) {
    document.getElementById(`switch-${kind}`).setAttribute("aria-checked", String(on));
  }
  const strangers = state.phones.some((id) => !document.getElementById(`phone-${id}`));
  const drafts = [...document.querySelectorAll("textarea")].some((box) => box.value);
  if (strangers && !drafts) location.reload();
}

async function poll() {
  if (polling || document.hidden) return;
  polling = true;
  try {
    const answer = await fetch(page.dataset.state, { headers: { Accept: "application/json" } });
    draw(await answer.json());
    if (problem.textContent === page.dataset.lost) show("");
  } catch {
    show(page.dataset.lost);
  } finally {
    polling = false;
  }
}

async function submit(event) {
  const form = event.target.closest("form.live");
  if (!form) return;
  event.preventDefault();
  const button = event.submitter;
  const given = new FormData(form, button);
  // A form that may carry a file is sent whole, any other as plain fields.
  const fields = form.enctype === "multipart/form-data" ? given : new URLSearchParams(given);
  const answer = await fetch(button?.getAttribute("formaction") || form.action, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: fields,
  }).catch(() => null);
  const said = answer && (await answer.json().catch(() => ({})));
  show(!answer ? page.dataset.lost : answer.ok ? "" : said.error || String(answer.status));
  if (answer?.ok && form.classList.contains("write")) {
    // What was written while it was under way stays.
    if (form.elements.body.value === given.get("body")) form.elements.body.value = "";
    form.elements.file.value = "";
  }
  await poll();
}

function sendOnEnter(event) {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches("textarea")) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
}

page.classList.add("scripted");
document.addEventListener("submit", submit);
document.addEventListener("keydown", sendOnEnter);
document.addEventListener("change", (event) => {
  if (event.target.matches(".rings select")) event.target.form.requestSubmit();
});
document.addEventListener("visibilitychange", poll);
for (const list of document.querySelectorAll(".thread")) list.scrollTop = list.scrollHeight;
setInterval(poll, POLL_MS);
