"""The key store is a server of its own, and the wire to it is cut: who is known is served on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import insert, select

from records.database import Database
from records.keystore import SHAPE, DataKey, KeyStore
from tests.faults.conftest import Trouble
from tests.faults.tcp_proxy import Link
from tests.faults.three import ANNA, BEN, CLEO, paged

KNIFE = "he has a knife and hes outside my door"


@pytest.fixture
def keys_link(trouble: Trouble, far_database: tuple[Link, Database]) -> Iterator[Link]:
    """The line's keys, moved to a server behind a link; none is in memory yet."""
    link, far = far_database
    near = trouble.stage.line.vault.keys
    with near.database.read() as session:
        rows = [
            {column.name: getattr(key, column.name) for column in DataKey.__table__.columns}
            for key in session.scalars(select(DataKey))
        ]
    SHAPE.create_all(far.engine)
    with far.write() as session:
        session.execute(insert(DataKey), rows)
    trouble.stage.line.vault.keys = KeyStore(far, near.ring, trouble.stage.line.now)
    yield link
    link.heal()
    SHAPE.drop_all(far.engine)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_is_known_is_served_on_and_a_stranger_when_it_is_back(
    trouble: Trouble, keys_link: Link
) -> None:
    trouble.write(ANNA, "CIRCLE")
    trouble.minutes(1)
    keys_link.cut()
    heard = len(trouble.heard(ANNA))
    trouble.write(ANNA, "wheres narcan")
    trouble.write(CLEO, KNIFE)
    trouble.seconds(4)
    assert len(trouble.heard(ANNA)) > heard and trouble.heard(CLEO) == []
    keys_link.heal()
    trouble.seconds(12)
    trouble.minutes(1)
    assert trouble.verdict().is_clean and paged(trouble)
    assert any("911" in words for words in trouble.heard(CLEO))


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_line_that_starts_without_its_keys_takes_nothing_and_loses_nothing(
    trouble: Trouble, keys_link: Link
) -> None:
    keys_link.cut()
    trouble.write(BEN, "CIRCLE")
    trouble.write(CLEO, KNIFE)
    trouble.seconds(30)
    assert trouble.rows("inbound") == [] and trouble.stage.network.ledger() == []
    keys_link.heal()
    trouble.minutes(3)
    assert trouble.verdict().is_clean and paged(trouble)
    assert any("911" in words for words in trouble.heard(CLEO))
