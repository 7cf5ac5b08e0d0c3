"""Makes the cast known to every test here."""

from tests.conversations.urgent.cast import cast

__all__ = ["cast"]
