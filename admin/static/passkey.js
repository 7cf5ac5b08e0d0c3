"use strict";
// Lets the browser make or show a passkey. Without this script password and code remain.
(() => {
  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
  const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

  async function made(options) {
    const user = { ...options.user, id: bytes(options.user.id) };
    const excludeCredentials = known(options.excludeCredentials);
    const publicKey = { ...options, user, excludeCredentials, challenge: bytes(options.challenge) };
    const one = await navigator.credentials.create({ publicKey });
    return [one, { attestationObject: text(one.response.attestationObject) }];
  }

  async function shown(options) {
    const allowCredentials = known(options.allowCredentials);
    const publicKey = { ...options, allowCredentials, challenge: bytes(options.challenge) };
    const one = await navigator.credentials.get({ publicKey });
    const { authenticatorData, signature } = one.response;
    return [one, { authenticatorData: text(authenticatorData), signature: text(signature) }];
  }

  async function ask(form) {
    const reply = await fetch(form.dataset.options, { cache: "no-store", redirect: "error" });
    if (!reply.ok) throw new Error("options");
    const options = await reply.json();
    const [one, response] = await (form.dataset.passkey === "make" ? made : shown)(options);
    response.clientDataJSON = text(one.response.clientDataJSON);
    const answer = { id: one.id, rawId: text(one.rawId), type: one.type, response };
    form.elements.answer.value = JSON.stringify(answer);
    form.submit();
  }

  document.addEventListener("DOMContentLoaded", () => {
    if (!window.PublicKeyCredential) return;
    document.querySelectorAll("form[data-passkey]").forEach((form) => {
      let isAsking = false;
      form.closest("[hidden]")?.removeAttribute("hidden");
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        // A second tap would ask anew, and what the first asked for would open nothing.
        if (isAsking) return;
        isAsking = true;
        const problem = form.querySelector("[role=alert]");
        problem.hidden = true;
        ask(form)
          .catch(() => { problem.hidden = false; })
          .finally(() => { isAsking = false; });
      });
    });
  });
})();
