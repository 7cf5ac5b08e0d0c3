"""Posters to print: a square that opens a text to the line, a neutral word, strips to tear off."""

from __future__ import annotations

import io
from urllib.parse import quote

import phonenumbers
import segno
from flask import Blueprint, Response, abort, render_template, request

from admin.access import may, viewer
from admin.roles import Permission
from admin.show import the_line
from bot.line import Line
from records.audit import note

bp = Blueprint("posters", __name__, url_prefix="/posters")
#: Language and script to the words that may stand in the square: plain ones that the line
#: knows and that name nothing. Inuktitut ones are in bot/locales/words.tsv with their source.
WORDS: dict[str, tuple[str, ...]] = {
    "en": ("MENU", "HELLO"),
    "iu": ("ᓱᔾᔪᑎᑦ",),
    "iu_Latn": ("SUJJUTIT",),
    "fr": ("MENU", "BONJOUR"),
}
#: The large word, the line over the number and the line under it. English only where no
#: attested words say it: uqaalaut is telephone, tunngasugit welcome, inuktitut Inuktitut.
SAYS: dict[str, tuple[str, str, str]] = {
    "en": ("Want to text?", "Text this number", "English · Inuktitut"),
    "iu": ("ᑐᙵᓱᒋᑦ", "ᐅᖄᓚᐅᑦ", "ᐃᓄᒃᑎᑐᑦ · ᖃᓪᓗᓈᑎᑐᑦ"),
    "iu_Latn": ("Tunngasugit", "Uqaalaut", "Inuktitut · Qallunaatitut"),
    "fr": ("Envie de texter?", "Textez ce numéro", "Français · Inuktitut · English"),
}
STRIPS = 8


@bp.get("")
@may(Permission.READ_DIRECTORY)
def show() -> str:
    """One poster; `language` and `word` choose it. What is on the screen is what is printed."""
    line, (language, word) = the_line(), _chosen()
    with line.database.write() as session:
        note(session, line.now(), viewer().actor, "make_poster", detail=language)
    return render_template(
        "panel/posters.html", language=language, word=word, words=WORDS, says=SAYS[language],
        number=shown(line), strips=STRIPS,
    )  # fmt: skip


@bp.get("/square.svg")
@may(Permission.READ_DIRECTORY)
def square() -> Response:
    """The square as a picture: it opens a text to the line with the word already written."""
    line, (_, word) = the_line(), _chosen()
    picture = io.BytesIO()
    segno.make(address(line, word), error="m").save(
        picture, kind="svg", scale=8, border=4, light="white", xmldecl=False
    )
    return Response(picture.getvalue(), mimetype="image/svg+xml")


def address(line: Line, word: str) -> str:
    """The sms: address (RFC 5724) of the line's own number with a word."""
    return f"sms:{line.config.sender}?body={quote(word)}"


def shown(line: Line) -> str:
    """The line's number as people here write it."""
    try:
        parsed = phonenumbers.parse(line.config.sender, "CA")
    except phonenumbers.NumberParseException:
        return line.config.sender
    style = phonenumbers.PhoneNumberFormat.NATIONAL
    return phonenumbers.format_number(parsed, style).replace("(", "").replace(") ", "-")


def _chosen() -> tuple[str, str]:
    language = request.args.get("language", "en")
    if language not in WORDS:
        abort(404)
    word = request.args.get("word") or WORDS[language][0]
    return (language, word) if word in WORDS[language] else abort(404)
