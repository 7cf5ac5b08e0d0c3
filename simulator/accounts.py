"""Which of the line's accounts asks the carrier, and what belongs to it."""

import hmac

from flask import g, request

from .core import Line, Refused
from .model import Message
from .network import Network


def admit(network: Network) -> None:
    """Remembers the account that asks; Refused for a wrong token or another account's path."""
    known = [line for line in network.line.accounts if _is_of(line)]
    if not known:
        raise Refused(20003, 401)
    g.line = known[0]
    if g.account != g.line.account:
        raise Refused(20404, 404)


def is_known(network: Network) -> bool:
    """Does the request bring the name and token of one of the line's accounts?"""
    return any(_is_of(line) for line in network.line.accounts)


def _is_of(line: Line) -> bool:
    given = request.authorization
    return given is not None and hmac.compare_digest(
        f"{given.username}:{given.password}".encode(), f"{line.account}:{line.token}".encode()
    )


def own_number() -> str:
    """The number by which the switches know the account that asks."""
    number: str = g.line.numbers[0]
    return number


def is_own(network: Network, text: Message) -> bool:
    """Did this text go through the account that asks?"""
    own = text.to_number if text.direction == "inbound" else text.from_number
    return network.line.owner(own) is g.line


def own_text(network: Network, sid: str) -> Message:
    """The text of this id; Refused when it is none of the account that asks."""
    text = network.messages.get(sid)
    if not is_own(network, text):
        raise Refused(20404, 404)
    return text
