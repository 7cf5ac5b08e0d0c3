"""What the line is made of is known: a parts list, allowed licences, and a calm audit."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import supply

ROOT = Path(__file__).parents[1]


def test_the_parts_list_names_every_locked_package_with_its_proof() -> None:
    told = json.loads(supply.bill())
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    listed = {one["name"]: one for one in told["components"] if one["type"] == "library"}
    locked = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", supply.LOCK.read_text(), re.M))
    assert {name: one["version"] for name, one in listed.items()} == locked
    for one in listed.values():
        assert one["purl"].startswith(f"pkg:pypi/{one['name']}@")
        assert one["hashes"] and one["licenses"]


def test_the_parts_list_says_who_needs_whom() -> None:
    needs = {
        one["ref"]: one.get("dependsOn", []) for one in json.loads(supply.bill())["dependencies"]
    }
    assert {"flask", "sqlalchemy", "twilio"} <= set(needs["alluriarniq"])
    assert "werkzeug" in needs["flask"] and "werkzeug" not in needs["alluriarniq"]


def test_every_licence_is_allowed_and_the_page_is_up_to_date() -> None:
    for one in supply.parts():
        assert set(supply.words(one.licence)) <= supply.ALLOWED, (one.name, one.licence)
    assert (ROOT / supply.LICENCES).read_text(encoding="utf-8") == supply.licence_page(), (
        "make sbom writes it anew"
    )


def test_files_of_others_are_in_the_notice() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert all(f"{name} {version}" in notice for name, version, _ in supply.FILES)


WEAK = {"name": "old", "version": "1.0", "vulns": [{"id": "PYSEC-2026-1"}]}
SOUND = {"name": "new", "version": "2.0", "vulns": []}
UNKNOWN = {"name": "odd", "skip_reason": "not found"}


@pytest.mark.parametrize(
    "found, code, words",
    [
        ([SOUND, WEAK], 1, "old 1.0: PYSEC-2026-1"),
        ([SOUND, UNKNOWN], 0, "1 of 2 packages are known, none with a weakness"),
        ([UNKNOWN], 0, "nobody could be asked"),
    ],
)
def test_only_a_known_weakness_is_a_fault(
    found: list[dict[str, object]], code: int, words: str
) -> None:
    got, line = supply.verdict(json.dumps({"dependencies": found}))
    assert got == code and words in line


def test_without_a_network_the_audit_says_so_and_fails_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/supply.py", "audit"],
        cwd=ROOT,
        env={**os.environ, "HTTPS_PROXY": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0 and "nobody could be asked" in done.stdout
