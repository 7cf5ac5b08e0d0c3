"""Every conversation the line can have, by name; a file that is not in the list is not used."""

from __future__ import annotations

from bot.engine import Flow
from bot.flows import (
    circle,
    dates,
    first_contact,
    food,
    goodbye,
    greeting,
    harm_reduction,
    health,
    language,
    legal,
    medical,
    menu,
    money_id,
    papers,
    pause,
    peer,
    places,
    resume,
    school_work,
    shelter,
    supplies,
    talk,
    thanks,
    treatment,
    who_is_this,
    wrong_number,
)

_ALL = (
    first_contact.flow,
    menu.flow,
    dates.flow,
    places.flow,
    health.flow,
    papers.flow,
    supplies.flow,
    circle.flow,
    peer.flow,
    treatment.flow,
    harm_reduction.flow,
    food.flow,
    shelter.flow,
    medical.flow,
    legal.flow,
    money_id.flow,
    school_work.flow,
    talk.flow,
    language.flow,
    pause.flow,
    resume.flow,
    who_is_this.flow,
    wrong_number.flow,
    greeting.flow,
    thanks.flow,
    goodbye.flow,
)

FLOWS: dict[str, Flow] = {flow.name: flow for flow in _ALL}
