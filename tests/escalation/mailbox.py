"""A mail server on this computer that keeps what it is given."""

from __future__ import annotations

import socketserver
import threading


class Mailbox:
    """Speaks just enough SMTP; `taken` holds (recipient, message). `refuses` makes it say no."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.refuses = False
        box = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                box.talk(self)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._server.server_address[1]}?from=line@example.org"

    def talk(self, wire: socketserver.StreamRequestHandler) -> None:
        wire.wfile.write(b"220 here\r\n")
        to = ""
        while line := wire.rfile.readline():
            command = line.decode().strip()
            word = command.split(":")[0].split(" ")[0].upper()
            if word == "RCPT":
                to = command.partition("<")[2].partition(">")[0]
                wire.wfile.write(b"550 no\r\n" if self.refuses else b"250 ok\r\n")
            elif word == "DATA":
                wire.wfile.write(b"354 go on\r\n")
                self.taken.append((to, self._body(wire)))
                wire.wfile.write(b"250 taken\r\n")
            elif word == "QUIT":
                wire.wfile.write(b"221 bye\r\n")
                return
            else:
                wire.wfile.write(b"250 ok\r\n")

    @staticmethod
    def _body(wire: socketserver.StreamRequestHandler) -> str:
        lines = []
        while (line := wire.rfile.readline().decode().rstrip("\r\n")) != ".":
            lines.append(line)
        return "\n".join(lines)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
