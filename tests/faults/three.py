"""Three people who text at once: two on ordinary days, and one in danger."""

from __future__ import annotations

from records.models import Escalation, Page
from tests.faults.conftest import Trouble

ANNA, BEN, CLEO = "0141", "0142", "0143"


def three_people_text(trouble: Trouble) -> None:
    """Two ordinary days and one emergency, all at once."""
    for words in ("CIRCLE", "wheres narcan", "i need id"):
        trouble.write(ANNA, words)
        trouble.write(BEN, words)
    trouble.write(CLEO, "he has a knife and hes outside my door")
    trouble.write(CLEO, "pls hurry")


def paged(trouble: Trouble) -> bool:
    """Has the carrier taken a page for the one alert?"""
    with trouble.stage.line.database.read() as session:
        (alert,) = session.query(Escalation).all()
        ids = [p.message_id for p in session.query(Page).filter_by(escalation_id=alert.id)]
    taken = {entry.sid for entry in trouble.stage.network.ledger()}
    return any(row.carrier_sid in taken for row in trouble.rows("outbound") if row.id in ids)
