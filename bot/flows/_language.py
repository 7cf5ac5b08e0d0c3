"""The three ways to read the line, and the digits that choose them."""

from __future__ import annotations

LOCALES = {"1": "en", "2": "iu_Latn", "3": "iu"}
