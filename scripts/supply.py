#!/usr/bin/env python3
"""What the line is made of: its parts, their licences, and whether a weakness is known."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import distribution, requires
from pathlib import Path
from typing import Any

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCK, PARTS, LICENCES = ROOT / "requirements.lock", ROOT / "build/sbom.json", "docs/licences.md"
#: What may be in the line: nothing here asks that our own words be given away. The LGPL and MPL
#: parts are used as they come, and anybody can put another version in their place.
ALLOWED = frozenset(
    {"MIT", "MIT-0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "PSF-2.0", "MPL-2.0"}
    | {"LGPL-3.0-only", "MIT-CMU", "OFL-1.1"}
)
#: How packages write their licence, and its short name.
WRITTEN = {
    "Apache 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
#: Files of others that lie in the repository (NOTICE): name, version, licence.
FILES = (("noto-sans-canadian-aboriginal", "5.3.0", "OFL-1.1"),)


@dataclass(frozen=True)
class Part:
    """One locked package as it is installed here."""

    name: str
    version: str
    licence: str
    hashes: tuple[str, ...]
    needs: tuple[str, ...]


def parts() -> list[Part]:
    """The packages of requirements.lock that this kind of machine gets, in its order."""
    found = []
    for written, hashes in _locked():
        one = Requirement(written)
        if one.marker and not one.marker.evaluate():
            continue
        version = next(iter(one.specifier)).version
        found.append(Part(one.name, version, licence(one.name), hashes, _needs(one.name)))
    return found


def _locked() -> Iterator[tuple[str, tuple[str, ...]]]:
    entries = LOCK.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    for entry in (e for e in entries if e and not e.startswith("#")):
        written, *hashes = entry.split("--hash=sha256:")
        yield written.strip(), tuple(one.strip() for one in hashes)


def _needs(name: str) -> tuple[str, ...]:
    needed = (Requirement(one) for one in requires(name) or ())
    return tuple(
        canonicalize_name(one.name)
        for one in needed
        if not one.marker or one.marker.evaluate({"extra": ""})
    )


def licence(name: str) -> str:
    """The short name, joined by AND or OR. What a package does not say in short is "unknown"."""
    told = distribution(name).metadata
    short = told.get("License-Expression") or told.get("License") or ""
    short = WRITTEN.get(short, short)
    if short and set(words(short)) <= ALLOWED:
        return short
    classes = [
        c.rpartition(" :: ")[2] for c in told.get_all("Classifier") or () if "License ::" in c
    ]
    return " OR ".join(sorted({WRITTEN.get(c, c) for c in classes})) or short[:40] or "unknown"


def words(expression: str) -> list[str]:
    """The licences in an expression."""
    return [
        one
        for one in expression.replace("(", " ").replace(")", " ").split()
        if one not in ("AND", "OR")
    ]


def licence_page() -> str:
    """docs/licences.md: every package and its licence; without versions it seldom changes."""
    rows = [f"| {one.name} | {one.licence} |" for one in parts()]
    rows += [f"| {name} (font) | {own} |" for name, _, own in FILES]
    return "\n".join(
        (
            "# Licences",
            "",
            "What is installed with the line, and under which licence. Made by `make sbom`; a test",
            "looks that it is up to date and that each licence is allowed (`scripts/supply.py`).",
            "The line itself: MIT. Files of others in the repository: NOTICE.",
            "`psycopg-binary` brings libpq (PostgreSQL licence) and OpenSSL (Apache-2.0) with it.",
            "",
            "| Part | Licence |",
            "|---|---|",
            *rows,
            "",
        )
    )


def bill() -> str:
    """The parts list as CycloneDX 1.6: names, versions, licences, hashes, and who needs whom."""
    own = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    root = Component(
        name=own["name"], version=own["version"], type=ComponentType.APPLICATION,
        bom_ref=own["name"], licenses=[DisjunctiveLicense(id="MIT")],
    )  # fmt: skip
    made = {one.name: _component(one) for one in parts()}
    fonts = [
        Component(name=n, version=v, type=ComponentType.FILE, bom_ref=n, licenses=[_shown(said)])
        for n, v, said in FILES
    ]
    bom = Bom(components=[*made.values(), *fonts], serial_number=_serial())
    bom.metadata.component = root
    direct = [canonicalize_name(Requirement(r).name) for r in _asked_for()]
    bom.register_dependency(root, [made[n] for n in direct if n in made])
    for one in parts():
        bom.register_dependency(made[one.name], [made[n] for n in one.needs if n in made])
    return JsonV1Dot6(bom).output_as_string(indent=1)


def _component(one: Part) -> Component:
    return Component(
        name=one.name, version=one.version, bom_ref=one.name, type=ComponentType.LIBRARY,
        purl=PackageURL("pypi", None, one.name, one.version), licenses=[_shown(one.licence)],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=h) for h in one.hashes],
    )  # fmt: skip


def _shown(said: str) -> DisjunctiveLicense | LicenseExpression:
    if "BSD" in words(said):  # which of its kinds the package does not say
        return DisjunctiveLicense(name=said)
    return LicenseExpression(said) if len(words(said)) > 1 else DisjunctiveLicense(id=said)


def _serial() -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_OID, LOCK.read_text(encoding="utf-8"))


def _asked_for() -> list[str]:
    return [
        line
        for line in (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith(("#", "-"))
    ]


def audit() -> int:
    """Asks for known weaknesses. 1 only when there is one: no network is no fault."""
    command = ["-r", str(LOCK), "--require-hashes", "--disable-pip", "--timeout", "10"]
    command += ["-f", "json", "--progress-spinner", "off"]
    asked = subprocess.run(
        [sys.executable, "-m", "pip_audit", *command], capture_output=True, text=True, check=False
    )
    code, line = verdict(asked.stdout)
    print(line)
    return code


def verdict(report: str) -> tuple[int, str]:
    """What pip-audit's answer means; an empty one means that nobody could be asked."""
    try:
        told: list[dict[str, Any]] = json.loads(report)["dependencies"]
    except (ValueError, KeyError):
        told = []
    known = [one for one in told if "vulns" in one]
    weak = [f"{one['name']} {one['version']}: {v['id']}" for one in known for v in one["vulns"]]
    if weak:
        return 1, "audit: known weaknesses\n  " + "\n  ".join(weak)
    if not known:
        return 0, "audit: nobody could be asked about known weaknesses; try 'make audit' again"
    return 0, f"audit: {len(known)} of {len(told)} packages are known, none with a weakness"


def main(asked: str) -> int:
    """ "sbom" writes build/sbom.json and docs/licences.md, "audit" asks."""
    if asked == "audit":
        return audit()
    PARTS.parent.mkdir(exist_ok=True)
    PARTS.write_text(bill() + "\n", encoding="utf-8")
    (ROOT / LICENCES).write_text(licence_page(), encoding="utf-8")
    print(f"{PARTS.relative_to(ROOT)}: {len(parts())} packages; {LICENCES}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
