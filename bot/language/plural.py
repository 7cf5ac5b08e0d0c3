"""Chooses between one, two and many, as Inuktitut does."""

from typing import Literal

PluralForm = Literal["one", "two", "other"]

# For the header of the Inuktitut catalogues, which tools write wrongly with two forms.
# Source: CLDR plural rules, iu.
GETTEXT_HEADER = "nplurals=3; plural=(n == 1 ? 0 : n == 2 ? 1 : 2);"
_FORMS: tuple[PluralForm, ...] = ("one", "two", "other")


def index(count: int) -> int:
    """Place of the form for `count` in an Inuktitut catalogue entry: 0 one, 1 two, 2 other."""
    return {1: 0, 2: 1}.get(count, 2)


def dual(count: int) -> PluralForm:
    """The Inuktitut form for `count`: one, two (dual) or other."""
    return _FORMS[index(count)]
