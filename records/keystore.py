"""Each person's own key, kept apart from the database so that a key can be destroyed for good."""

from __future__ import annotations

import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime
from math import inf

from sqlalchemy import LargeBinary, String, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from records.database import Database
from records.errors import ErasedError, KeyMissingError
from records.keyring import KEY_BYTES, KeyRing
from records.models.base import Instant
from records.shared_clock import steady_seconds

POOL = 32
CACHE = 4096
SYSTEM = "system"
INDEX = "index"
WORDS = "words"
#: A key in memory is believed for so long: then another process may have destroyed it.
BELIEVED_SECONDS = 300.0
#: A store that did not answer is asked about keys in memory no sooner than after this.
ASK_AGAIN_SECONDS = 15.0
#: The installation's own keys, which nobody destroys.
OWN = (SYSTEM, INDEX, WORDS)


class _Base(DeclarativeBase):
    type_annotation_map = {datetime: Instant}  # noqa: RUF012


class DataKey(_Base):
    """A data key locked with a master key. `ref` is what a contact's row names."""

    __tablename__ = "data_key"

    ref: Mapped[str] = mapped_column(String(40), primary_key=True)
    wrapped_by: Mapped[str] = mapped_column(String(40), index=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


#: The key store's tables, for whoever copies all of them.
SHAPE = _Base.metadata


class KeyStore:
    """Makes, opens, re-wraps and destroys data keys.

    New keys are made POOL at a time in one commit and handed out from memory, so that a
    first text costs no second durable commit; an unused one harms nobody. Opened keys stay in
    memory, people's for BELIEVED_SECONDS: what one process destroys no other can use for longer.
    `steady` counts seconds, whatever is done to the clock.
    """

    def __init__(
        self,
        database: Database,
        ring: KeyRing,
        now: Callable[[], datetime],
        steady: Callable[[], float] = steady_seconds,
    ) -> None:
        self.database = database
        self.ring = ring
        self._now = now
        self._steady = steady
        self._cache: dict[str, tuple[bytes, float]] = {}  # key, until when it is believed
        self._ask_at = 0.0
        self._pool: deque[str] = deque()
        self._lock = threading.Lock()

    def create_tables(self) -> None:
        _Base.metadata.create_all(self.database.engine)

    def new_ref(self) -> str:
        """The name of a fresh data key."""
        with self._lock:
            if not self._pool:
                self._pool.extend(self._make(POOL))
            return self._pool.popleft()

    def _make(self, count: int) -> list[str]:
        rows = [self._row(secrets.token_urlsafe(16)) for _ in range(count)]
        with self.database.write() as session:
            session.execute(insert(DataKey), rows)
        return [str(row["ref"]) for row in rows]

    def keep(self, ref: str, key: bytes) -> None:
        """Stores a key that was chosen before: what a rehearsal says is the same each time."""
        with self.database.write() as session:
            session.execute(insert(DataKey), [self._row(ref, key)])

    def _row(self, ref: str, key: bytes | None = None) -> dict[str, object]:
        key_id, wrapped = self.ring.wrap(key or secrets.token_bytes(KEY_BYTES), ref)
        return {"ref": ref, "wrapped_by": key_id, "wrapped": wrapped, "created_at": self._now()}

    def key(self, ref: str) -> bytes:
        """The data key's 32 bytes. Raises ErasedError when it was destroyed."""
        known, at = self._cache.get(ref), self._steady()
        if known is not None and (at < known[1] or at < self._ask_at):
            return known[0]
        try:
            opened = self._opened(ref)
        except (SQLAlchemyError, KeyMissingError):
            if known is None:
                raise
            # Nothing says that it was destroyed: who has just written is served on.
            self._ask_at = at + ASK_AGAIN_SECONDS
            return known[0]
        self._cache[ref] = (opened, inf if ref in OWN else at + BELIEVED_SECONDS)
        return opened

    def _opened(self, ref: str) -> bytes:
        with self.database.read() as session:
            row = session.get(DataKey, ref)
        if row is None:
            self._cache.pop(ref, None)
            raise ErasedError("this person's key was destroyed; their words cannot be read")
        if len(self._cache) >= CACHE:
            self._cache.clear()
        return self.ring.unwrap(row.wrapped_by, row.wrapped, ref)

    def named(self, ref: str) -> bytes:
        """One of the installation's own keys (SYSTEM, INDEX, WORDS), made at first use."""
        try:
            return self.key(ref)
        except ErasedError:
            try:
                with self.database.write() as session:
                    session.execute(insert(DataKey), [self._row(ref)])
            except IntegrityError:
                pass  # another process made it first: use theirs
            return self.key(ref)

    def destroy(self, ref: str) -> None:
        """After this nobody can read what was sealed with `ref`, in any backup of the database."""
        with self.database.write() as session:
            session.execute(delete(DataKey).where(DataKey.ref == ref))
        self._cache.pop(ref, None)
        if self.database.is_sqlite and self.database.path is not None:
            with self.database.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def counts(self) -> dict[str, int]:
        """How many data keys each master key locks."""
        with self.database.read() as session:
            rows = session.execute(
                select(DataKey.wrapped_by, func.count()).group_by(DataKey.wrapped_by)
            )
            return {key_id: count for key_id, count in rows}

    def rewrap(self, batch: int = 200) -> Iterator[int]:
        """Locks every data key with the newest master key, a batch a commit.

        Yields how many are left; may be stopped at any point and begun again.
        """
        while True:
            with self.database.write() as session:
                rows = session.scalars(
                    select(DataKey).where(DataKey.wrapped_by != self.ring.newest).limit(batch)
                ).all()
                for row in rows:
                    opened = self.ring.unwrap(row.wrapped_by, row.wrapped, row.ref)
                    key_id, wrapped = self.ring.wrap(opened, row.ref)
                    session.execute(
                        update(DataKey)
                        .where(DataKey.ref == row.ref)
                        .values(wrapped_by=key_id, wrapped=wrapped)
                    )
            left = sum(n for key_id, n in self.counts().items() if key_id != self.ring.newest)
            yield left
            if not left:
                return
