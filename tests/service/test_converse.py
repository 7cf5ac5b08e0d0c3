"""A conversation in a file is played by rules that do not change: times, texts, what is printed."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli import main
from service.converse import ScriptError, replay

PHONE = "+16135550101"


def heard(*script: str) -> list[str]:
    return list(replay(script))


def test_without_a_time_it_is_the_first_of_december_at_nine() -> None:
    assert heard(f"{PHONE} > circle") == heard("@ 2026-12-01T09:00", f"{PHONE} > circle")


def test_only_what_phones_receive_is_printed_a_line_each() -> None:
    lines = heard("# a remark", "", "@ 2026-12-02T18:00", f"{PHONE} > circle")
    assert lines and all(line.startswith(f"{PHONE} < ") for line in lines)
    assert not any("\n" in line for line in lines) and any("\\n" in line for line in lines)


def test_the_first_of_a_repeated_hour_is_meant_and_an_offset_says_otherwise() -> None:
    first, second = "@ 2026-11-01T01:30:00-04:00", "@ 2026-11-01T01:30:00-05:00"
    assert heard(first, "@ 2026-11-01T01:30", f"{PHONE} > hi")
    assert heard("@ 2026-11-01T01:30", second, f"{PHONE} > hi")
    with pytest.raises(ScriptError, match="line 2: time only goes forward"):
        heard(second, "@ 2026-11-01T01:30")


def test_a_text_takes_one_second_also_when_the_clocks_change() -> None:
    times = ("@ 2026-11-01T01:59:59", "@ 2026-11-01T01:00:01-05:00")
    # The second text comes a second after the first, so that a second later is still to come.
    assert heard(times[0], f"{PHONE} > hi", f"{PHONE} > circle", times[1], f"{PHONE} > food")


def test_an_empty_text_and_a_text_of_two_lines_can_be_sent() -> None:
    assert heard(f"{PHONE} > ") == []
    worker = [line for line in heard(f"{PHONE} > he has a knife\\nhes outside") if "0191" in line]
    assert worker


def test_a_worker_who_does_not_answer_is_called() -> None:
    script = ["@ 2026-12-02T18:00", f"{PHONE} > he has a knife", "@ 2026-12-02T19:00"]
    lines = heard(*script)
    assert any("< [call] " in line for line in lines)
    assert any(line.startswith("+16135550192 < ") for line in lines)


def test_after_the_last_line_only_what_is_due_is_run() -> None:
    soon = heard("@ 2026-12-02T18:00", f"{PHONE} > he has a knife")
    # The second is told at once, by text; the call to them belongs to a rung that is not due yet.
    assert len([line for line in soon if line.startswith("+16135550192 < ")]) == 1
    assert not any(line.startswith("+16135550192 < [call]") for line in soon)


@pytest.mark.parametrize("bad", ["hello", "@ tomorrow", "613 > hi", "> hi"])
def test_a_line_that_cannot_be_read_is_named_and_nothing_is_played(bad: str) -> None:
    done = CliRunner().invoke(main, ["converse"], input=f"{PHONE} > circle\n{bad}\n")
    assert done.exit_code != 0 and "line 2" in done.output and "<" not in done.stdout


def test_as_a_command_on_a_file(tmp_path: Path) -> None:
    file = tmp_path / "talk.txt"
    file.write_text(f"{PHONE} > circle\n", encoding="utf-8")
    done = CliRunner().invoke(main, ["converse", str(file)])
    assert done.exit_code == 0 and done.stdout.splitlines() == heard(f"{PHONE} > circle")
