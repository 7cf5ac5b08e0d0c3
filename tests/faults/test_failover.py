"""The database's machine dies with texts under way, and its standby takes over."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot import outbox
from records import backup, migrate
from records.backup_plan import Plan
from records.database import Database
from records.models import Base
from records.restore import Place, restore
from tests.faults.conftest import QUICK, Meanwhile, Trouble
from tests.faults.standby import Pair
from tests.faults.tcp_proxy import Link
from tests.faults.three import ANNA, BEN, CLEO, paged, three_people_text
from tests.stage import MONDAY_MORNING, Stage


def test_the_line_goes_on_with_the_standby_and_neither_loses_nor_doubles_a_text() -> None:
    with Pair() as pair, Link(pair.primary) as link, Link(pair.standby) as other:
        here = f"127.0.0.1:{link.port}"
        database = Database(f"postgresql://postgres@{here}/postgres{QUICK}")
        Base.metadata.create_all(database.engine)
        trouble = Trouble(Stage(MONDAY_MORNING, database=database))
        trouble.write(BEN, "wheres narcan")
        trouble.minutes(1)
        trouble.write(ANNA, "food")
        line = trouble.stage.line
        trouble.stage.network.run_due(line.now())
        (claim,) = outbox.claim_due(line, line.now())
        with pytest.raises(OperationalError):
            outbox.send_one(
                replace(line, gateway=Meanwhile(line.gateway, pair.kill_primary)), claim
            )
        three_people_text(trouble)
        trouble.seconds(3)
        link.target = pair.standby  # which may be read, and not yet written to
        assert (
            trouble.post({"MessageSid": "SM" + "9" * 32, "From": "+1", "Body": ""}).status_code
            == 500
        )
        trouble.seconds(1)
        pair.promote()
        trouble.seconds(12)
        trouble.minutes(2)
        verdict = trouble.verdict()
        assert verdict.is_clean, verdict
        assert paged(trouble) and any("911" in words for words in trouble.heard(CLEO))
        assert sorted(trouble.taken(ANNA)) == sorted(set(trouble.taken(ANNA)))
        database.close()
        link.cut()
        both = f"host={here}&host=127.0.0.1:{other.port}&target_session_attrs=read-write"
        finds_it_itself(f"postgresql://postgres@/postgres{QUICK}&{both}")


def test_a_standby_that_was_behind_is_treated_as_a_restored_backup(tmp_path: Path) -> None:
    with Pair(is_synchronous=False) as pair, Link(pair.primary) as link:
        database = Database(f"postgresql://postgres@127.0.0.1:{link.port}/postgres{QUICK}")
        migrate.upgrade(database)
        trouble = Trouble(Stage(MONDAY_MORNING, database=database))
        trouble.write(BEN, "wheres narcan")
        trouble.minutes(1)
        pair.leave_behind()
        three_people_text(trouble)
        trouble.minutes(1)
        assert paged(trouble)
        taken = {who: trouble.taken(who) for who in (ANNA, BEN)}
        pair.kill_primary()
        link.target = pair.standby
        pair.promote()
        line = trouble.stage.line
        assert len(trouble.rows("inbound")) == 1  # what came since, and all it caused, is gone
        place = Place(database, line.vault.keys.database)
        made = backup.make(database, line.vault, Plan(tmp_path, tmp_path / "keys"), line.now())
        restore(place, line.vault.keys.ring, line.now(), records=made.path, force=True)
        trouble.minutes(5)
        assert trouble.verdict().lost == [] and paged(trouble)
        assert {row.carrier_sid for row in trouble.rows("inbound")} >= set(trouble.sids)
        assert {who: trouble.taken(who) for who in (ANNA, BEN)} == taken
        assert any("911" in words for words in trouble.heard(CLEO))
        database.close()


def finds_it_itself(address: str) -> None:
    """Both hosts in one address: whichever may be written to is used, also to listen."""
    database = Database(address)
    with database.write() as session:
        assert session.scalar(text("SELECT pg_is_in_recovery()")) is False
    listening = database.apart()
    listening.execute("LISTEN anything")
    listening.close()
    database.close()
