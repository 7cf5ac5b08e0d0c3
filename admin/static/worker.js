"use strict";
// Shows that something urgent waits. The notice holds a number, never a name or a word.
self.addEventListener("push", (event) => {
  const title = event.data ? event.data.text() : "1";
  const options = { tag: "urgent", renotify: true, requireInteraction: true, icon: "static/icon-192.png" };
  event.waitUntil(self.registration.showNotification(title, options));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const queue = new URL("queue", self.registration.scope).href;
  event.waitUntil(
    self.clients.matchAll({ type: "window" }).then((windows) => {
      const open = windows.find((one) => one.url.startsWith(queue));
      return open ? open.focus() : self.clients.openWindow(queue);
    }),
  );
});
