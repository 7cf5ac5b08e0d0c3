"""Makes the cast known to every test here."""

from tests.conversations.urgent.cast import cast, cast_on_each

__all__ = ["cast", "cast_on_each"]
