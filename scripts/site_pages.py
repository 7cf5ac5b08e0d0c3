"""Hooks of the documentation site: the README is its first page, and no page is left out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from properdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
_INTO_DOCS = re.compile(r"\]\(docs/")
_ELSEWHERE = re.compile(r"\[([^\]]+)\]\((?!docs/|http|#)([^)]+)\)")


def on_files(files: Files, config: Any) -> Files:
    """README.md becomes index.md; what it links to in docs/ is beside it there."""
    words = (ROOT / "README.md").read_text(encoding="utf-8")
    for _, target in _ELSEWHERE.findall(words):
        if not (ROOT / target).exists():
            raise FileNotFoundError(f"README.md links to {target}, which is not there")
    words = _INTO_DOCS.sub("](", _ELSEWHERE.sub(r"`\2`", words))
    files.append(File.generated(config, "index.md", content=words))
    _add_what_is_named_nowhere(files, config["nav"])
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """A page's link to the README leads to the first page."""
    return markdown.replace("](../../README.md)", "](../index.md)")


def _add_what_is_named_nowhere(files: Files, nav: list[Any]) -> None:
    """Decisions under theirs, any other page under "More"."""
    named = set(_paths(nav))
    left = [f.src_uri for f in files.documentation_pages() if f.src_uri not in named]
    decisions = sorted(one for one in left if one.startswith("adr/"))
    for entry in nav:
        if "Decisions" in entry and isinstance(entry["Decisions"], str):
            entry["Decisions"] = [entry["Decisions"], *decisions]
    more = sorted(set(left) - set(decisions))
    if more:
        nav.append({"More": more})


def _paths(nav: Any) -> list[str]:
    if isinstance(nav, str):
        return [nav]
    entries = nav.values() if isinstance(nav, dict) else nav
    return [path for entry in entries for path in _paths(entry)]
