"""A real PgBouncer in transaction mode before a real PostgreSQL server."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType

from sqlalchemy.engine import URL, make_url

from tests.ports import free_port

START_SECONDS = 60.0
CONFIG = """[databases]
* = host={host} port={port} user={user}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own_port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {most}
max_db_connections = {most}
max_client_conn = 500
"""


class Pooler:
    """Use as a context. Lends at most `most` connections of `server` (its address) for each
    database, for one transaction each. Raises OSError where PgBouncer is not installed."""

    def __init__(self, server: str, folder: Path, most: int) -> None:
        self._server, self._folder, self._most = make_url(server), folder, most
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()

    def __enter__(self) -> Pooler:
        program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if program is None:
            raise OSError("PgBouncer is not installed: run scripts/test-needs")
        sockets = Path(str(self._server.query["host"]))
        config = self._folder / "pgbouncer.ini"
        config.write_text(self._config(sockets))
        command = [program, str(config)]
        if os.geteuid() == 0:  # it refuses to be root: it becomes who owns the server instead
            self._folder.chmod(0o711)
            config.chmod(0o644)
            command = [program, "-u", pwd.getpwuid(sockets.stat().st_uid).pw_name, str(config)]
        with (self._folder / "pgbouncer.log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        self._until_it_answers()
        return self

    def _config(self, sockets: Path) -> str:
        return CONFIG.format(
            host=sockets,
            port=self._server.port or 5432,
            user=self._server.username or "postgres",
            own_port=self.port,
            most=self._most,
        )

    def _until_it_answers(self) -> None:
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError as error:
                log = (self._folder / "pgbouncer.log").read_text()
                if time.monotonic() > until:
                    raise OSError(f"PgBouncer does not start: {log[-500:]}") from error
                time.sleep(0.05)

    def url(self, database: str) -> str:
        """The DATABASE_URL of `database` through the pooler, as an operator writes it."""
        made = URL.create(
            "postgresql", "line", host="127.0.0.1", port=self.port, database=database,
            query={"pooler": "transaction"},
        )  # fmt: skip
        return made.render_as_string(hide_password=False)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
