"""The rule of CONTRIBUTING.md: no file and no function longer than one can hold in one's head."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("bot", "scheduler", "admin", "records", "service", "simulator")
FILE, FUNCTION = 250, 30


def _files() -> Iterator[Path]:
    """Every file of the product. Migrations are history: nobody edits them any more."""
    for room in ROOMS:
        found = (ROOT / room).rglob("*.py")
        yield from (path for path in found if "versions" not in path.parts)


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[str]) -> int:
    """Lines from its `def` to its end, without its docstring and without blank ones."""
    doc = function.body[0] if ast.get_docstring(function) is not None else None
    said = range(doc.lineno, (doc.end_lineno or 0) + 1) if doc else range(0)
    numbers = range(function.lineno, (function.end_lineno or 0) + 1)
    return sum(n not in said and bool(lines[n - 1].strip()) for n in numbers)


def test_no_file_is_longer_than_two_hundred_and_fifty_lines() -> None:
    found = {str(path): len(path.read_text("utf-8").splitlines()) for path in _files()}
    assert len(found) > 400
    assert {path: n for path, n in found.items() if n > FILE} == {}


def test_no_function_is_longer_than_thirty_lines() -> None:
    long = {}
    for path in _files():
        text = path.read_text("utf-8")
        lines = text.splitlines()
        for one in ast.walk(ast.parse(text)):
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
                long[f"{path}:{one.lineno} {one.name}"] = _length(one, lines)
    assert {name: n for name, n in long.items() if n > FUNCTION} == {}
