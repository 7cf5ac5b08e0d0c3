"""A conversation at the keyboard, and the script that plays it again."""

from __future__ import annotations

import pytest

from service.converse import replay
from service.playing import PlayError, play
from tests.service.conftest import Command


def session(*typed: str, flow: str | None = None, language: str = "en") -> list[str]:
    """What the person sees who types these lines."""
    left, shown = list(typed), []

    def ask() -> str:
        if not left:
            raise EOFError
        return left.pop(0)

    play(flow, language, ask, shown.append)
    return shown


def script(shown: list[str]) -> list[str]:
    return shown[-1].strip().splitlines()


def test_texts_are_answered_and_the_script_plays_the_same_again() -> None:
    shown = session("circle", "/time 30m", "1", "/quit", "never typed")
    lines = script(shown)
    heard = [line.removeprefix("# ") for line in lines if line.startswith("# ")]
    assert heard
    assert list(replay(lines)) == heard
    assert [line for line in lines if " > " in line] == [
        "+16135550141 > circle",
        "+16135550141 > 1",
    ]
    assert len([line for line in lines if line.startswith("@ ")]) == 2
    assert "never typed" not in shown[-1]


@pytest.mark.parametrize("language", ["iu", "iu_Latn"])
def test_in_inuktitut(language: str) -> None:
    lines = script(session("/quit", language=language))
    assert "+16135550141 > language" in lines
    heard = "".join(line for line in lines if line.startswith("# +16135550141 <"))
    assert any("\u1400" <= char <= "\u167f" for char in heard) == (language == "iu")


def test_a_conversation_by_name() -> None:
    assert "+16135550141 > " in "\n".join(script(session(flow="language")))


def test_an_unknown_conversation_names_those_that_can_be_played() -> None:
    with pytest.raises(PlayError, match=r"no conversation 'nothing'.*circle"):
        session(flow="nothing")


def test_an_unclear_length_changes_nothing() -> None:
    shown = session("/time soon", "/help", "/quit")
    assert any("/time 30m or" in line for line in shown)
    assert len(script(shown)) == 1


def test_as_a_command(command: Command) -> None:
    result = command("play", input="circle\n/quit\n")
    assert result.exit_code == 0, result.output
    assert "+16135550141 < " in result.output
