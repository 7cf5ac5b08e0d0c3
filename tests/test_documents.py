"""The documentation site has no dead link, and what is made from the code is up to date."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import architecture

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    build(ROOT / "properdocs.yml", folder)
    return folder


def build(config: Path, folder: Path) -> str:
    """Builds the site; what was said. Fails when a link leads nowhere."""
    command = [sys.executable, "-m", "properdocs", "build", "--strict", "-f", str(config)]
    done = subprocess.run(
        [*command, "-d", str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_there_is_a_part_for_each_who_reads(site: Path) -> None:
    front = (site / "index.html").read_text(encoding="utf-8")
    for part in ("Clients", "Caseworkers", "Translators", "Operators", "Developers", "Decisions"):
        assert f">{part}" in front or f"{part}\n" in front
    assert "make run" in front
    pages = ("for-clients", "for-caseworkers", "operating/first-hour", "adding-a-flow", "licences")
    assert all((site / f"{page}.html").is_file() for page in pages)
    assert (site / "webhooks.yaml").is_file() and (site / "architecture.svg").is_file()


def test_every_page_is_reached_and_none_fetches_anything_from_elsewhere(site: Path) -> None:
    front = (site / "index.html").read_text(encoding="utf-8")
    for page in (ROOT / "docs").rglob("*.md"):
        name = str(page.relative_to(ROOT / "docs")).replace("README.md", "index.md")
        assert name.removesuffix(".md") + ".html" in front, page
    for page in site.rglob("*.html"):
        fetched = re.findall(
            r'<(?:script|img|link)[^>]+(?:src|href)="(https?://[^"]+)', page.read_text()
        )
        assert fetched == [], page


def test_a_link_that_leads_nowhere_fails(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("[away](nowhere.md)")
    config = tmp_path / "properdocs.yml"
    rules = (ROOT / "properdocs.yml").read_text(encoding="utf-8")
    kept = rules[: rules.index("nav:")].replace("hooks: [scripts/site_pages.py]\n", "")
    config.write_text(kept, encoding="utf-8")
    with pytest.raises(AssertionError, match="nowhere.md"):
        build(config, tmp_path / "site")


def test_the_picture_is_what_the_code_is() -> None:
    assert architecture.PICTURE.read_text(encoding="utf-8") == architecture.draw(), (
        "python scripts/architecture.py draws it anew"
    )


def test_the_picture_shows_every_room_and_no_arrow_upwards() -> None:
    floors, aside = architecture.rooms()
    level = {room: n for n, floor in enumerate(floors) for room in floor}
    found = architecture.imports([*level, *aside])
    assert ("admin", "bot") in found and ("bot", "records") in found
    assert all(level[a] < level[b] for a, b in found if b in level)
    assert {a for a, b in found if b in aside} == {"service"}
