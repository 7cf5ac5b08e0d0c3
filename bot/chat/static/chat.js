"use strict";
// Sends and fetches without a new page, leaves at once, reads aloud. All of it works without this
// script too, a little slower.
(() => {
  const EVERY = 4000;
  let over = false;

  function gone() {
    over = true;
    document.body.replaceChildren();
    location.replace("/");
  }

  function quit() {
    const form = document.getElementById("leave");
    navigator.sendBeacon(form.action, new URLSearchParams());
    gone();
  }

  function aloud(talk) {
    const voices = "speechSynthesis" in window ? speechSynthesis.getVoices() : [];
    for (const words of talk.querySelectorAll(".line p")) {
      if (!voices.some((voice) => voice.lang.startsWith(words.lang))) continue;
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

  let last = null;
  function show(html) {
    if (html === last) return;
    last = html;
    const talk = document.getElementById("talk");
    const read = new DOMParser().parseFromString(`<ol>${html}</ol>`, "text/html");
    talk.replaceChildren(...read.querySelectorAll("li"));
    aloud(talk);
    talk.lastElementChild?.scrollIntoView({ block: "nearest" });
  }

  async function look() {
    if (over || document.hidden) return;
    const answer = await fetch(document.body.dataset.talk).catch(() => null);
    if (answer?.status === 410) gone();
    else if (answer?.ok) show(await answer.text());
  }

  async function send(event) {
    const form = event.target;
    const field = form.elements.words;
    event.preventDefault();
    if (!field.value.trim()) return;
    const answer = await fetch(form.action, {
      method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "follow",
    }).catch(() => null);
    const notice = document.getElementById("notice");
    const data = document.body.dataset;
    if (!answer?.ok) {
      notice.textContent = answer?.status === 429 ? data.slow : data.notSent;
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!document.getElementById("look")) return void location.reload();
    form.elements.nonce.value = page.querySelector("[name=nonce]").value;
    notice.textContent = "";
    field.value = "";
    show(page.getElementById("talk").innerHTML);
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) quit();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  document.addEventListener("DOMContentLoaded", () => {
    document.getElementById("leave").addEventListener("submit", (event) => {
      event.preventDefault();
      quit();
    });
    document.getElementById("say").addEventListener("submit", send);
    document.getElementById("language")?.addEventListener("click", (event) => {
      event.preventDefault();
      location.replace(event.target.href);
    });
    const larger = document.createElement("button");
    larger.type = "button";
    larger.textContent = document.body.dataset.larger;
    larger.addEventListener("click", () => document.body.classList.toggle("larger"));
    document.querySelector("header").prepend(larger);
    aloud(document.getElementById("talk"));
    if (document.getElementById("look")) setInterval(look, EVERY);
  });
})();
