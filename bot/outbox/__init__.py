"""Carries texts out: in order, once, not too late, and never silently lost."""

from bot.outbox.claims import Claim, claim, claim_due, lapse, orphans
from bot.outbox.lookup import reconcile
from bot.outbox.receipts import asks_to_act, record_receipt, sweep_parked
from bot.outbox.send import send_one
from bot.outbox.writing import CHAT, enqueue, next_seq

__all__ = [
    "CHAT",
    "Claim",
    "claim",
    "claim_due",
    "enqueue",
    "lapse",
    "orphans",
    "next_seq",
    "reconcile",
    "asks_to_act",
    "record_receipt",
    "send_one",
    "sweep_parked",
]
