"""The same cast as in the conversations."""

from tests.conversations.urgent.cast import cast

__all__ = ["cast"]
