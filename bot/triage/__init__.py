"""Tells which texts a person must see at once, and why."""

from bot.triage.decide import triage
from bot.triage.verdict import KINDS, Level, Signal, Tier, Verdict

__all__ = ["KINDS", "Level", "Signal", "Tier", "Verdict", "triage"]
