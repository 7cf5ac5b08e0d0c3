"""The image's own steps, carried out without an engine: what it copies and installs is the line."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from records.keyring import KeyRing
from tests.ports import free_port
from tests.scheduler.test_live import until

ROOT = Path(__file__).parents[2]
STEPS = (ROOT / "deploy/Containerfile").read_text().replace("\\\n", " ")
ROOMS = ("bot", "scheduler", "admin", "records", "service", "simulator")
START_SECONDS = 180.0


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder /line: its COPY steps and the install of the program, into `site`."""
    line = tmp_path_factory.mktemp("image")
    for names, target in re.findall(r"^COPY (?!--from)(.+) (\S+)$", STEPS, re.M):
        for name in names.split():
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, line / (name if target == "./" else target))
    # The locked packages are those of this test; from nowhere else is anything fetched.
    (install,) = re.findall(r"^RUN /line/.venv/bin/pip (install .+ \.)$", STEPS, re.M)
    more = ["--quiet", "--no-index", "--target", str(line / "site")]
    subprocess.run([sys.executable, "-m", "pip", *install.split(), *more], cwd=line, check=True)
    (line / "var").mkdir()
    return line


def files(folder: Path) -> dict[str, tuple[int, int]]:
    """What lies there, with its size and when it was written; what Python makes left out."""
    return {
        str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_every_file_of_the_program_is_installed(image: Path) -> None:
    there = files(image / "site")
    for room in ROOMS:
        missing = [name for name in files(ROOT / room) if f"{room}/{name}" not in there]
        assert missing == [], room


def environment(image: Path) -> dict[str, str]:
    """What the image sets and what an operator gives; the copy stands before our own files."""
    (own,) = re.findall(r"^ENV (.+)$", STEPS, re.M)
    given = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(image / "site"),
        "SEALING_KEYS": KeyRing.new_part("k1"),
        "TWILIO_AUTH_TOKEN": "0" * 32,
        "PUBLIC_URL": "https://line.example.org",
    }
    return given | dict(word.split("=") for word in shlex.split(own))


@contextmanager
def served(image: Path, env: dict[str, str], port: int) -> Iterator[None]:
    """ENTRYPOINT and CMD, on a port of the test's."""
    (start,) = re.findall(r"^CMD (\[.+\])$", STEPS, re.M)
    words = [word.replace("0.0.0.0:8080", f"127.0.0.1:{port}") for word in json.loads(start)]
    with subprocess.Popen([*program(image), *words], cwd=image, env=env) as process:
        try:
            yield
        finally:
            process.terminate()


def program(image: Path) -> list[str]:
    return [sys.executable, str(image / "site/bin/alluriarniq")]


def test_it_serves_every_kind_of_page_and_writes_only_where_it_may(image: Path) -> None:
    before, env, port = files(image), environment(image), free_port()
    subprocess.run([*program(image), "migrate"], cwd=image, env=env, check=True)
    (asks,) = re.findall(r"^HEALTHCHECK .+ CMD (\[.+\])$", STEPS, re.M)
    health = [word.replace("8080", str(port)) for word in json.loads(asks)[1:]]

    def is_well() -> bool:
        done = subprocess.run([sys.executable, *health], capture_output=True, check=False)
        return done.returncode == 0

    with served(image, env, port):
        until(is_well, START_SECONDS)
        for page in ("/admin/sign-in", "/admin/static/panel.css", "/t", "/t/signs.woff2"):
            assert size(f"http://127.0.0.1:{port}{page}") > 500, page
    after = files(image)
    changed = [name for name in after if after[name] != before.get(name)]
    assert changed and all(name.startswith("var/") for name in changed), changed


def size(url: str) -> int:
    try:
        with urlopen(url, timeout=60) as answer:
            return len(answer.read())
    except URLError as error:
        raise AssertionError(f"{url}: {error}") from error
