"use strict";
// Sends and fetches without a new page, leaves at once, reads aloud. All of it works without this
// script too, a little slower.
(() => {
  const EVERY = 4000;
  const MINUTE = 60_000;
  let over = false;
  let last = null;
  let stirred = Date.now(); // when somebody last typed, wrote or was answered
  let told = Date.now(); // when the line last heard of it

  function gone() {
    over = true;
    window.speechSynthesis?.cancel();
    document.body.replaceChildren();
    location.replace("/");
  }

  function quit() {
    if (over) return;
    // With the network away nothing hears of it: this mark tells the line at the next request.
    document.cookie = document.body.dataset.left;
    navigator.sendBeacon(document.getElementById("leave").action, new URLSearchParams());
    gone();
  }

  function aloud(talk) {
    const voices = "speechSynthesis" in window ? speechSynthesis.getVoices() : [];
    for (const words of talk.querySelectorAll(".line p")) {
      if (!voices.some((voice) => voice.lang.startsWith(words.lang))) continue;
      if (words.nextElementSibling) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = document.body.dataset.aloud;
      button.addEventListener("click", () => {
        const said = new SpeechSynthesisUtterance(words.textContent);
        said.lang = words.lang;
        speechSynthesis.cancel();
        speechSynthesis.speak(said);
      });
      words.after(button);
    }
  }

  function show(html) {
    if (html === last) return;
    last = html;
    stirred = Date.now();
    const talk = document.getElementById("talk");
    const read = new DOMParser().parseFromString(`<ol>${html}</ol>`, "text/html");
    talk.replaceChildren(...read.querySelectorAll("li"));
    aloud(talk);
    talk.lastElementChild?.scrollIntoView({ block: "nearest" });
  }

  async function look() {
    if (over || document.hidden) return;
    // By this clock too: without a network the line cannot say that the visit is over.
    if (Date.now() - stirred > document.body.dataset.idle * 1000) return void quit();
    if (!document.getElementById("look")) return;
    const place = new URL(document.body.dataset.talk, location);
    if (stirred - told > MINUTE) {
      told = Date.now();
      place.searchParams.set("writes", "1");
    }
    const answer = await fetch(place).catch(() => null);
    if (over) return;
    if (answer?.status === 410) gone();
    else if (answer?.ok) show(await answer.text());
  }

  // What a phone pictures of its open pages, and who wakes it, sees an empty sheet.
  function turned() {
    document.body.classList.toggle("away", document.hidden);
    if (document.hidden) window.speechSynthesis?.cancel();
    else look();
  }

  // What is posted by the browser itself would stay in its history: the script posts instead.
  async function post(form) {
    const notice = document.getElementById("notice");
    const answer = await fetch(form.action, {
      method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "follow",
    }).catch(() => null);
    if (over) return null;
    if (!answer || answer.status === 400 || answer.status >= 500) {
      notice.textContent = document.body.dataset.notSent;
      return null;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const said = page.getElementById("notice");
    notice.replaceChildren(...(said?.childNodes ?? [document.body.dataset.notSent]));
    return { page, ok: answer.ok && said !== null, moved: answer.redirected };
  }

  async function send(event) {
    const form = event.target;
    const field = form.elements.words;
    event.preventDefault();
    if (!field.value.trim()) return;
    const answer = await post(form);
    if (!answer?.ok) return;
    if (!document.getElementById("look")) return void location.reload();
    form.elements.nonce.value = answer.page.querySelector("[name=nonce]").value;
    field.value = "";
    show(answer.page.getElementById("talk").innerHTML);
  }

  async function phrase(event) {
    event.preventDefault();
    const answer = await post(event.target);
    if (answer?.moved) location.reload();
    else if (answer?.ok) event.target.reset();
    document.getElementById("notice")?.scrollIntoView({ block: "center" });
  }

  function instead(id, what) {
    document.getElementById(id)?.addEventListener("click", (event) => {
      event.preventDefault();
      what(event.target);
    });
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) quit();
  });
  document.addEventListener("visibilitychange", turned);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  document.addEventListener("DOMContentLoaded", () => {
    document.getElementById("leave").addEventListener("submit", (event) => {
      event.preventDefault();
      quit();
    });
    document.getElementById("say").addEventListener("submit", send);
    document.addEventListener("input", () => { stirred = Date.now(); });
    document.getElementById("keep").addEventListener("submit", phrase);
    instead("language", (link) => location.replace(link.href));
    instead("look", look);
    const larger = document.createElement("button");
    larger.type = "button";
    larger.textContent = document.body.dataset.larger;
    larger.addEventListener("click", () => document.body.classList.toggle("larger"));
    document.querySelector("header").prepend(larger);
    aloud(document.getElementById("talk"));
    // A browser may know its voices only a moment later.
    if ("speechSynthesis" in window) {
      speechSynthesis.onvoiceschanged = () => aloud(document.getElementById("talk"));
    }
    setInterval(look, EVERY);
  });
})();
