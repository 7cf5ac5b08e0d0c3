"""Writes a day and an hour for a client: digits first, so that nobody can misread the rest."""

from datetime import date, datetime

# Days Monday to Sunday and months January to December. Source of the Inuktitut: WET-BOEW
# (Government of Canada, MIT), src/i18n; its roman by transliteration. Dialects disagree on the
# days (sitammiq, qitiqquut), which is why the digits lead.
WEEKDAYS: dict[str, tuple[str, ...]] = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "iu": ("ᓇᒡᒐᔾᔭᐅ", "ᐊᐃᑉᐱᖅ", "ᐱᖓᑦᓯᖅ", "ᕿᑎᖅᑰᑦ", "ᐅᓪᓗᑐᐃᓐᓇᖅ", "ᓯᕙᑖᕐᕕᒃ", "ᓈᑦᑏᖑᔭᖅ"),
    "iu_Latn": (
        "naggajjau",
        "aippiq",
        "pingatsiq",
        "qitiqquut",
        "ullutuinnaq",
        "sivataarvik",
        "naattiingujaq",
    ),
    "fr": ("lun", "mar", "mer", "jeu", "ven", "sam", "dim"),
}
MONTHS: dict[str, tuple[str, ...]] = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "iu": (
        "ᔮᓐᓄᐊᓕ",
        "ᕕᕝᕗᐊᓕ",
        "ᒫᔾᔨ",
        "ᐊᐃᕐᕆᓕ",
        "ᒪᐃ",
        "ᔫᓂ",
        "ᔪᓚᐃ",
        "ᐋᒡᒌᓯ",
        "ᓯᑎᐱᕆ",
        "ᐅᑐᐱᕆ",
        "ᓄᕕᐱᕆ",
        "ᑎᓯᐱᕆ",
    ),
    "iu_Latn": (
        "jaannuali",
        "vivvuali",
        "maajji",
        "airrili",
        "mai",
        "juuni",
        "julai",
        "aaggiisi",
        "sitipiri",
        "utupiri",
        "nuvipiri",
        "tisipiri",
    ),
}
# Tusaalanga and the Nunavut Hansard. Tomorrow differs by dialect (qauppat, aqagu): the weekday
# is written instead.
_TODAY = {"en": "today", "iu": "ᐅᓪᓗᒥ", "iu_Latn": "ullumi", "fr": "auj."}


def format_when(local: datetime, locale: str, today: date | None = None) -> str:
    """Such as "2026-12-03 18:00 (Thu)"; "(today)" instead if `local` falls on `today`.

    `local` is wall time where the client is; `locale` is one of bot.language.locales,
    KeyError for others.
    """
    day = _TODAY[locale] if local.date() == today else WEEKDAYS[locale][local.weekday()]
    return f"{local:%Y-%m-%d %H:%M} ({day})"
