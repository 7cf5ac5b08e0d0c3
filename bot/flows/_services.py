"""Lines of the directory as a text can hold them: who, how to reach them, when."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Text, ToQueue, Turn, ask, say
from bot.facts import ResourceFact
from bot.flows._asking import NO, YES, once_more, reading
from bot.language.services import said

SHOWN = 3


def lines(turn: Turn, *categories: str, plain: bool = False) -> tuple[Text, ...]:
    """The best services of these categories, at most three, in the reader's way.

    `plain`: by their own names, because the client asked for this very thing.
    """
    found = [r for c in categories for r in turn.facts.resources.get(c, ())]
    return tuple(line(r, turn.locale, plain=plain) for r in found[:SHOWN])


def line(service: ResourceFact, locale: str, *, plain: bool = False) -> Text:
    """One service as a text: name, number and hours.

    Who reads Inuktitut gets the number to call and the word to say: no service is known
    that answers in Inuktitut by text.
    """
    name = service.name if plain else said(service.discreet_name, locale)
    number = ", ".join(filter(None, (service.call, said(service.hours, locale))))
    text = said(service.text or "", locale)
    if service.call and service.ask_inuktitut and locale.startswith("iu"):
        return Text("service.call_inuktitut", {"name": name, "number": number})
    if service.call and service.text == service.call:
        return Text("service.call_or_text", {"name": name, "number": number})
    if service.call and service.text:
        params = {"name": name, "number": number, "text": text}
        return Text("service.call_and_text", params)
    if service.call:
        return Text("service.call", {"name": name, "number": number})
    return Text("service.text", {"name": name, "text": text})


def under(found: tuple[Text, ...], heading: str) -> Text:
    """The lines under their heading, or plainly that there are none."""
    return Text(heading, {"lines": found}) if found else Text("services.none")


def tell_and_offer(*parts: Text) -> Effect:
    """Says these and asks whether a person should help; the flow answers in its step `person`."""
    lines = (*parts, Text("services.person"))
    return ask("lines.joined", "person", YES, NO, lines=lines)


def answer_person(turn: Turn) -> Iterator[Effect]:
    """Yes puts the client's wish in front of a person."""
    match turn.choice(YES, NO):
        case "1":
            yield ToQueue("wants_person")
            yield say("services.asked", reading=reading(turn.facts))
        case "2":
            yield say("dates.ok")
        case _:
            yield from once_more(turn, ask("services.person", "person", YES, NO))
