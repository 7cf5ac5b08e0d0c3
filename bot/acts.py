"""What a conversation may decide about the client: words, hours, dates, plans, rights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class SetLanguage:
    """The client asked for this locale of bot.language.locales."""

    locale: str


@dataclass(frozen=True)
class SetContact:
    """Remember `safe_to_text`, `age_ok` ("yes"/"no"), `introduced`, `someone_else` ("hang_up",
    "wrong_number", "ask"), `doubted` (somebody else may have the phone) or `cover` (the text
    that names their dates) about the contact."""

    name: str
    value: str


@dataclass(frozen=True)
class GiveConsent:
    """A yes or no to one purpose: reminders, check_ins, broadcasts, evaluation."""

    purpose: str
    given: bool


@dataclass(frozen=True)
class SetCheckIns:
    """How often the client wants to be asked how they are: day, week, fortnight, month; None:
    not at all."""

    every: str | None


@dataclass(frozen=True)
class Pause:
    """Send nothing but answers and urgent texts for so long; zero ends the pause."""

    length: timedelta


@dataclass(frozen=True)
class SetHours:
    """When texts are safe: weekdays as digits (Monday 0; empty: every day), and minutes after
    midnight of the wall clock, or None for any waking hour."""

    days: str
    starts: int | None
    ends: int | None


@dataclass(frozen=True)
class SetWord:
    """Take this as the client's own word of a kind: code, duress or safe."""

    kind: str
    word: str


@dataclass(frozen=True)
class WrongCode:
    """What was texted was not the code word."""


@dataclass(frozen=True)
class NotTheirs:
    """Whoever texts says that this is the wrong phone."""


@dataclass(frozen=True)
class KeepScore:
    """One answer of a stage check: `name` how_much, how_sure, how_safe or fits."""

    check: int
    name: str
    value: int


@dataclass(frozen=True)
class EndCheck:
    """The stage check is answered to its end; None: whichever is being asked is left out."""

    check: int | None


@dataclass(frozen=True)
class UnlockPlan:
    """The client's own word on the next plan that a worker proposed."""

    is_yes: bool


@dataclass(frozen=True)
class KeepExperience:
    """How much this helped, 1 to 5."""

    score: int


@dataclass(frozen=True)
class AskErasure:
    """The client asked that everything about them be erased."""


@dataclass(frozen=True)
class UndoErasure:
    """The client takes that back."""


@dataclass(frozen=True)
class FileReport:
    """Keep this report, without whoever wrote it: plate, phone and words."""

    fields: Mapping[str, str]


@dataclass(frozen=True)
class NotOver:
    """What the client began to report goes on: a person is paged."""


@dataclass(frozen=True)
class Book:
    """A seat at a date for this client; `instead_of` is a seat of theirs it takes the place of.

    What came of it goes on in the flow "book", step booked, already, full or gone.
    """

    occurrence_id: int
    instead_of: int | None = None


@dataclass(frozen=True)
class GiveUp:
    """Give this seat of theirs up. Goes on in the flow "reminder", step freed or gone."""

    appointment_id: int


@dataclass(frozen=True)
class Coming:
    """They come. Goes on in the flow "reminder", step noted or gone."""

    appointment_id: int


@dataclass(frozen=True)
class Wait:
    """A place on the waiting list of a date. Goes on in "book", step waiting or gone."""

    occurrence_id: int


@dataclass(frozen=True)
class LeaveList:
    """Off the waiting list of a date. Goes on in the flow "mine", step off_list, or in
    "reminder", step gone."""

    waiting_id: int


Seats = Book | GiveUp | Coming | Wait | LeaveList
