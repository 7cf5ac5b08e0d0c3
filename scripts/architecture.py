#!/usr/bin/env python3
"""Draws docs/architecture.svg from the code: the rooms, what is in them, and who imports whom."""

from __future__ import annotations

import ast
import tomllib
from html import escape
from pathlib import Path
from textwrap import wrap

import grimp

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "architecture.svg"
LEFT, WIDTH, FLOOR_GAP, GAP = 150, 700, 56, 20
LINE, SIDE = 18, 250
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1c2733 } .name { font-weight: 700; font-size: 15px }
.room { fill: #eef3f8; stroke: #4a6580; rx: 8 } .part { fill: #fff; stroke: #9fb2c4; rx: 4 }
.uses { stroke: #4a6580; stroke-width: 1.5; fill: none; marker-end: url(#tip) }
.wire { stroke-dasharray: 6 4; marker-start: url(#tip) } .aside { fill: #f6f1e4 }
@media (prefers-color-scheme: dark) { svg { background: #10171e } text { fill: #e6edf3 }
.room { fill: #1b2732 } .part { fill: #24333f } .aside { fill: #2b2719 } }
"""


def rooms() -> tuple[list[list[str]], list[str]]:
    """The floors as pyproject.toml rules them, from above, and the rooms that stand aside."""
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    layers = next(c["layers"] for c in rules["contracts"] if c["type"] == "layers")
    floors = [[name.strip() for name in layer.split("|")] for layer in layers]
    return floors, [r for r in rules["root_packages"] if r not in sum(floors, [])]


def imports(names: list[str]) -> list[tuple[str, str]]:
    """Who imports whom, by room."""
    graph = grimp.build_graph(*names, cache_dir=None)
    found = {
        (module.partition(".")[0], other.partition(".")[0])
        for module in graph.modules
        for other in graph.find_modules_directly_imported_by(module)
    }
    return sorted((a, b) for a, b in found if a != b)


def sentence(room: str) -> str:
    """What a room says of itself: the first line of its docstring."""
    words = ast.get_docstring(ast.parse((ROOT / room / "__init__.py").read_text("utf-8"))) or ""
    return words.splitlines()[0]


def parts(room: str) -> list[str]:
    """The packages in a room."""
    return sorted({p.parent.name for p in (ROOT / room).glob("*/*.py")})


class Picture:
    """Boxes by floor from above, arrows between them; everything in whole pixels."""

    def __init__(self) -> None:
        self.drawn: list[str] = []
        self.boxes: dict[str, tuple[int, int, int, int]] = {}

    def room(self, name: str, x: int, y: int, width: int, kind: str = "room") -> int:
        """Draws a room; its lower edge."""
        words, inside = wrap(sentence(name), width // 8), parts(name)
        across = max(1, (width - 20) // 105)
        height = 34 + LINE * len(words) + 30 * -(-len(inside) // across) + 8
        self.boxes[name] = (x, y, width, height)
        self._box(kind, x, y, width, height)
        self._text(x + 14, y + 22, f"{name}/", "name")
        for row, line in enumerate(words):
            self._text(x + 14, y + 42 + LINE * row, line)
        top = y + 38 + LINE * len(words)
        for n, part in enumerate(inside):
            left, upper = x + 10 + 105 * (n % across), top + 30 * (n // across)
            self._box("part", left, upper, 99, 24)
            self._text(left + 8, upper + 16, part)
        return y + height

    def arrow(self, above: str, below: str) -> None:
        """From the lower edge of one room to the upper edge of one on the next floor."""
        x, y, width, height = self.boxes[above]
        to_x, to_y, to_width, _ = self.boxes[below]
        middle = max(x, to_x) + min(width, to_width) // 2
        self._path("uses", f"M{middle} {y + height} V{to_y - 2}")

    def around(self, above: str, below: str, lane: int) -> None:
        """Past the floors between: on the left, or on the right from a room that stands there."""
        x, y, width, _ = self.boxes[above]
        to_x, to_y, to_width, _ = self.boxes[below]
        start, end = y + 16 + 6 * lane, to_y + 10 + 6 * lane
        if x > LEFT:
            right = LEFT + WIDTH
            self._path("uses", f"M{right} {start} H{right + 22 * lane} V{end} H{right + 2}")
            return
        self._path("uses", f"M{x} {start} H{LEFT - 22 * lane} V{end} H{to_x - 2}")

    def over(self, above: str, aside: str) -> None:
        """To a room that stands aside."""
        x, y, width, height = self.boxes[above]
        to_x, to_y, to_width, _ = self.boxes[aside]
        across = to_x + to_width // 2
        self._path("uses", f"M{x + width} {y + height // 2} H{across} V{to_y - 2}")

    def wire(self, one: str, other: str) -> None:
        """Two rooms that only speak over the network."""
        x, y, width, _ = self.boxes[one]
        to_x, to_y, _, to_height = self.boxes[other]
        self._path("uses wire", f"M{x + width + 4} {to_y + to_height // 2} H{to_x - 4}")
        self._text(x + width + 80, to_y + to_height // 2 - 8, "HTTP, like Twilio")

    def _box(self, kind: str, x: int, y: int, width: int, height: int) -> None:
        self.drawn.append(
            f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}"/>'
        )

    def _text(self, x: int, y: int, words: str, kind: str = "") -> None:
        self.drawn.append(f'<text class="{kind}" x="{x}" y="{y}">{escape(words)}</text>')

    def _path(self, kind: str, way: str) -> None:
        self.drawn.append(f'<path class="{kind}" d="{way}"/>')

    def svg(self, width: int, height: int) -> str:
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">\n'
            "<title>The rooms of the program and who uses whom</title>\n"
            f"<style>{STYLE}</style>\n"
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
            'markerHeight="7" orient="auto-start-reverse"><path d="M0 0 L8 4 L0 8 Z" '
            'fill="#4a6580"/></marker></defs>\n'
        )
        return head + "\n".join(self.drawn) + "\n</svg>\n"


def draw() -> str:
    """The whole picture, the same as long as rooms, packages and imports between rooms are."""
    floors, aside = rooms()
    picture, y, floor_of = Picture(), 20, {}
    for level, floor in enumerate(floors):
        width = (WIDTH - GAP * (len(floor) - 1)) // len(floor)
        edges = [
            picture.room(name, LEFT + n * (width + GAP), y, width) for n, name in enumerate(floor)
        ]
        floor_of.update(dict.fromkeys(floor, level))
        y = max(edges) + FLOOR_GAP
    bot_y = picture.boxes[floors[-2][0]][1]
    for name in aside:
        picture.room(name, LEFT + WIDTH + 210, bot_y, SIDE, "room aside")
    lane = 0
    for above, below in imports([*sum(floors, []), *aside]):
        if below in aside:
            picture.over(above, below)
        elif floor_of[below] - floor_of[above] == 1:
            picture.arrow(above, below)
        else:
            lane += 1
            picture.around(above, below, lane)
    picture.wire(floors[-2][0], aside[0])
    return picture.svg(LEFT + WIDTH + 210 + SIDE + 20, y - FLOOR_GAP + 20)


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
