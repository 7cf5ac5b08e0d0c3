"use strict";
// Shows what a text costs and tells as it is typed. Without this script the Look button does.
(() => {
  const PAUSE_MS = 500;

  document.addEventListener("DOMContentLoaded", () => {
    const part = document.getElementById("draft");
    const words = document.getElementById("words");
    if (!part || !words) return;
    let timer = null;
    let asked = 0;

    async function look() {
      const turn = ++asked;
      const form = new FormData();
      form.set("csrf_token", words.form.elements.csrf_token.value);
      form.set("words", words.value);
      form.set("part", "1");
      const answer = await fetch(part.dataset.look, { method: "POST", body: form, redirect: "error" });
      if (answer.status !== 200 || turn !== asked) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      part.replaceChildren(...fresh.body.childNodes);
    }

    function soon() {
      clearTimeout(timer);
      timer = setTimeout(() => look().catch(() => {}), PAUSE_MS);
    }

    words.addEventListener("input", soon);
    // On a slow line somebody has typed before this script came, or the browser kept a draft.
    if (words.value) soon();
  });
})();
