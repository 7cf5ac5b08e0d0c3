"use strict";
// Lets this phone or computer show notices. Without this script texts and calls come all the same.
(() => {
  function bytes(text) {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
  }

  async function subscribe(form) {
    if ((await Notification.requestPermission()) !== "granted") return "denied";
    const registration = await navigator.serviceWorker.register(form.dataset.worker);
    await navigator.serviceWorker.ready;
    const wish = { userVisibleOnly: true, applicationServerKey: bytes(form.dataset.key) };
    const subscription = await registration.pushManager.subscribe(wish);
    form.elements.subscription.value = JSON.stringify(subscription);
    return "";
  }

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("push-form");
    if (!form || !("serviceWorker" in navigator) || !("PushManager" in window)) return;
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      if (form.elements.subscription.value) return;
      event.preventDefault();
      const problem = await subscribe(form).catch(() => "failed");
      if (!problem) return form.submit();
      const said = form.querySelector("[data-said]");
      said.textContent = form.dataset[problem];
      said.hidden = false;
    });
  });
})();
