"""What can go wrong in a way that a person must mend, each with a line that says how."""

from __future__ import annotations


class MendableError(Exception):
    """Base of every error whose text is one clear line for the person at the keyboard."""


class SettingsError(MendableError):
    """A setting is missing or wrong."""


class KeyMissingError(MendableError):
    """A sealing key that is needed is not in SEALING_KEYS."""


class ErasedError(MendableError):
    """The contact's own key was destroyed: their words can no longer be read by anyone."""


class SealBrokenError(MendableError):
    """Sealed words were altered, or moved to another row."""


class SchemaError(MendableError):
    """The database is older or newer than this program."""


class BusyError(MendableError):
    """Another process already serves this SQLite file."""
