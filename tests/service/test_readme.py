"""The conversation shown in the README is what the line really says."""

from __future__ import annotations

from pathlib import Path

from service.converse import transcript

SCRIPT = Path("docs/transcripts/readme.script")
README = Path("README.md")
BEGIN, END = "<!-- conversation -->\n```\n", "```\n<!-- end -->"


def test_the_readme_shows_what_the_line_says() -> None:
    shown = README.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]
    played = transcript(SCRIPT.read_text(encoding="utf-8").splitlines())
    assert shown.splitlines() == list(played)
