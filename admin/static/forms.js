// Saves a form while it is typed, says when it could not, and shows questions as answers ask for them.
"use strict";
(() => {
  const form = document.querySelector("form[data-saves]");
  if (!form) return;
  const said = document.getElementById("saving");
  const revision = form.elements.revision;
  let waiting = 0, running = false, again = false;

  const show = () => {
    const seen = new Set();
    for (const part of form.querySelectorAll("[data-question]")) {
      const asked = part.dataset.ifQuestion;
      const chosen = asked && form.querySelector(`[name="${asked}"]:checked`);
      const wanted = (part.dataset.ifIs || "").split(",");
      const on = !asked || (seen.has(asked) && chosen && wanted.includes(chosen.value));
      part.hidden = !on;
      if (on) seen.add(part.dataset.question);
    }
  };

  const save = async () => {
    if (running) { again = true; return; }
    running = true;
    const body = new FormData(form);
    body.set("auto", "1");
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      const told = await answer.json();
      if (answer.ok) { revision.value = told.revision; said.textContent = said.dataset.saved; }
      else said.textContent = told.problem || said.dataset.failed;
    } catch {
      // No connection: what was typed stays on the page and is tried again.
      said.textContent = said.dataset.failed;
      setTimeout(save, 5000);
    }
    running = false;
    if (again) { again = false; save(); }
  };

  form.addEventListener("input", () => {
    show();
    said.textContent = said.dataset.waiting;
    clearTimeout(waiting);
    waiting = setTimeout(save, 800);
  });
  window.addEventListener("online", save);
  show();
})();
