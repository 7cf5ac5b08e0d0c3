"""Reads the line's instructions for a call: what to say, what to ask, when to hang up."""

from typing import Any
from xml.etree import ElementTree

SPOKEN = ("Say", "Play", "Pause")
VERBS = ("Gather", "Redirect", "Hangup", "Reject", "Dial", *SPOKEN)


def parse(text: str) -> list[dict[str, Any]]:
    """TwiML as a list of verbs, each {"verb", "text", "attributes", "prompts"}.

    Raises ValueError when it is not a TwiML <Response> or holds a verb that is not known here.
    """
    try:
        # The document comes from our own line over loopback, and the parser expands no files.
        root = ElementTree.fromstring(text)  # noqa: S314
    except ElementTree.ParseError as error:
        raise ValueError(f"not XML: {error}") from None
    if root.tag != "Response":
        raise ValueError("TwiML starts with <Response>")
    verbs = [_verb(node, VERBS) for node in root]
    if any(verb["verb"] == "Dial" and not verb["prompts"] for verb in verbs):
        raise ValueError("a <Dial> rings somebody")
    return verbs


def _verb(node: ElementTree.Element, allowed: tuple[str, ...]) -> dict[str, Any]:
    if node.tag not in allowed:
        raise ValueError(f"<{node.tag}> is not understood here")
    return {
        "verb": node.tag,
        "text": " ".join((node.text or "").split()),
        "attributes": dict(node.attrib),
        "prompts": [_verb(child, ("Number",) if node.tag == "Dial" else SPOKEN) for child in node],
    }


def spoken(verbs: list[dict[str, Any]]) -> str:
    """What a person hears: the words of each Say, and each recording by its file name."""
    parts = []
    for verb in verbs:
        if verb["verb"] == "Say":
            parts.append(verb["text"])
        elif verb["verb"] == "Play":
            parts.append(f"[recording {verb['text'].rpartition('/')[2]}]")
    return " ".join(part for part in parts if part)


def seconds(verbs: list[dict[str, Any]], per_character: float) -> float:
    """How long the spoken verbs take, in seconds."""
    pauses = [v for v in verbs if v["verb"] == "Pause"]
    waiting = sum(_number(v["attributes"].get("length"), 1.0) for v in pauses)
    return len(spoken(verbs)) * per_character + (waiting if per_character else 0)


def _number(text: str | None, otherwise: float) -> float:
    try:
        return float(text or otherwise)
    except ValueError:
        return otherwise


def gather(verb: dict[str, Any]) -> dict[str, Any]:
    """What a Gather waits for: action, method, num_digits (0: any), timeout, finish_key, empty."""
    given = verb["attributes"]
    return {
        "action": given.get("action", ""),
        "method": given.get("method", "POST").upper(),
        "num_digits": int(_number(given.get("numDigits"), 0)),
        "timeout": _number(given.get("timeout"), 5.0),
        "finish_key": given.get("finishOnKey", "#"),
        "empty": given.get("actionOnEmptyResult") == "true",
    }
