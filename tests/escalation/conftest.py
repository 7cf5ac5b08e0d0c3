"""The same cast as in the conversations."""

from tests.conversations.urgent.cast import cast, cast_on_each

__all__ = ["cast", "cast_on_each"]
