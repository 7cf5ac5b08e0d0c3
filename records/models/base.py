"""What all rows share: ids made before storing, and instants that always know their zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, MetaData
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from records.clock import utc
from records.ids import new_id


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime. Raises ValueError when given a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        # SQLite has no instants: there it is words that sort as the instants do.
        as_kept = _as_words if dialect.name == "sqlite" else utc
        return lambda value: None if value is None else as_kept(value)

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[Any], datetime | None]:
        read = _from_words if dialect.name == "sqlite" else utc
        return lambda value: None if value is None else read(value)


def _as_words(instant: datetime) -> str:
    return utc(instant).replace(tzinfo=None).isoformat(" ", "microseconds")


def _from_words(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Base of every model; names constraints so that migrations can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Instant}  # noqa: RUF012


class HasId:
    """A primary key that exists before the row does, because sealed words are bound to it."""

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=new_id)
