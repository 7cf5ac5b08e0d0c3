"use strict";
// Says on every page that something urgent waits: in words, before the title, and by a sound.
// Without this script the queue is reloaded by hand, and texts and calls page all the same.
(() => {
  const EVERY_MS = 10000;
  const SIGN = /^\(\d+!\) /;
  let tag = null;
  let before = null;
  let context = null;

  function sound() {
    if (localStorage.getItem("sound") === "off") return;
    context = context || new AudioContext();
    [0, 0.25, 0.5].forEach((at, n) => {
      const tone = context.createOscillator();
      const loud = context.createGain();
      tone.frequency.value = n === 1 ? 660 : 880;
      loud.gain.setValueAtTime(0.2, context.currentTime + at);
      loud.gain.exponentialRampToValueAtTime(0.001, context.currentTime + at + 0.2);
      tone.connect(loud).connect(context.destination);
      tone.start(context.currentTime + at);
      tone.stop(context.currentTime + at + 0.22);
    });
  }

  function title(waiting) {
    const plain = document.title.replace(SIGN, "");
    const wanted = waiting ? `(${waiting}!) ${plain}` : plain;
    if (document.title !== wanted) document.title = wanted;
  }

  function show(place, told) {
    const link = place.querySelector("a");
    link.textContent = told.words;
    place.hidden = told.open === 0;
    title(told.waiting);
    if (navigator.setAppBadge) navigator.setAppBadge(told.waiting).catch(() => {});
    if (before !== null && told.waiting > before) sound();
    before = told.waiting;
  }

  async function look(place) {
    const headers = tag ? { "If-None-Match": tag } : {};
    const answer = await fetch(place.dataset.count, { headers, cache: "no-store", redirect: "error" });
    if (answer.status === 200) {
      tag = answer.headers.get("ETag");
      show(place, await answer.json());
    }
  }

  function chooser(button) {
    const say = () => {
      const isOff = localStorage.getItem("sound") === "off";
      button.textContent = isOff ? button.dataset.on : button.dataset.off;
    };
    button.addEventListener("click", () => {
      localStorage.setItem("sound", localStorage.getItem("sound") === "off" ? "on" : "off");
      say();
    });
    say();
  }

  document.addEventListener("DOMContentLoaded", () => {
    const place = document.getElementById("urgents");
    if (!place) return;
    chooser(place.querySelector("button"));
    // A page that keeps itself up to date puts its own title anew.
    new MutationObserver(() => title(before)).observe(document.querySelector("title"), { childList: true });
    look(place).catch(() => {});
    setInterval(() => look(place).catch(() => {}), EVERY_MS);
  });
})();
