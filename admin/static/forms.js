// Saves a form while it is typed, says when it could not, and shows questions as answers ask for them.
"use strict";
(() => {
  const form = document.querySelector("form[data-saves]");
  if (!form) return;
  const said = document.getElementById("saving");
  const revision = form.elements.revision;
  let waiting = 0, running = false, again = false, pressed = null;

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
      later(5000);
    }
    running = false;
    if (pressed) form.requestSubmit(pressed);
    else if (again) { again = false; save(); }
  };

  const later = (milliseconds) => {
    clearTimeout(waiting);
    waiting = setTimeout(save, milliseconds);
  };

  const changed = () => {
    show();
    said.textContent = said.dataset.waiting;
    later(800);
  };

  form.addEventListener("input", changed);
  form.addEventListener("submit", (event) => {
    clearTimeout(waiting);
    if (!running) return;
    // What is being saved comes first, or this would be refused as older than that.
    event.preventDefault();
    pressed = event.submitter;
  });
  window.addEventListener("online", save);
  // On a slow line somebody has answered before this script came.
  const differs = (one) => one.checked !== one.defaultChecked || one.value !== one.defaultValue;
  if ([...form.querySelectorAll("input, textarea")].some(differs)) changed();
  else show();
})();
