"""A worker's browser that lies open on the desk all the while."""

from __future__ import annotations

import re
import threading
import urllib.request

from admin import sessions
from admin.personnel import staff_row
from records.models import Staff
from tests.chaos.world import World

EVERY_SECONDS = 5.0
PAGES = ("/admin/queue", "/admin/conversations")
THREAD = re.compile(r'href="(/admin/conversations/[^"/?#]+)"')


class Browser(threading.Thread):
    """Looks at the queue, the list of threads and one thread, again and again.

    `opened` are the pages that came, `refused` those that did not.
    """

    def __init__(self, world: World) -> None:
        super().__init__(daemon=True, name="browser")
        self._line = world.line
        self._door = world.line.config.public_url
        self._stopped = threading.Event()
        self.opened = self.refused = 0
        self._token = ""
        self._person: Staff = staff_row(
            self._line, "watcher", "Watcher", "caseworker", None, self._line.now()
        )
        with self._line.database.write() as session:
            session.add(self._person)

    def _sign_in(self) -> None:
        with self._line.database.write() as session:
            self._token = sessions.begin(session, self._person.id, self._line.now())

    def run(self) -> None:
        while True:
            shown = [self._open(path) for path in PAGES]
            found = THREAD.search(shown[1])
            if found:
                self._open(found[1])
            if self._stopped.wait(EVERY_SECONDS):
                return

    def _open(self, path: str) -> str:
        """The page; signs in anew when a session has ended. Empty when it does not come."""
        for _ in range(2):
            asked = urllib.request.Request(
                self._door + path, headers={"Cookie": f"panel={self._token}"}
            )
            try:
                with urllib.request.urlopen(asked, timeout=120) as answer:
                    page, where = answer.read().decode(), str(answer.url)
            except OSError:
                break
            if where.endswith(path):
                self.opened += 1
                return page
            self._sign_in()
        self.refused += 1
        return ""

    def stop(self) -> None:
        self._stopped.set()
        self.join(60)
