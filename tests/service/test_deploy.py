"""What operators are given fits the program: commands, paths, figures and units that exist."""

from __future__ import annotations

import configparser
import fnmatch
import json
import re
from pathlib import Path

import pytest
import yaml

from bot.line import Line
from service import outside
from service.app import MAX_UPLOAD, create_app
from service.cli import main

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
VAR = ["backups:/line/var"]
#: Without these a unit is not shut off from the rest of its machine.
HARDENED = (
    "ProtectSystem",
    "NoNewPrivileges",
    "PrivateTmp",
    "ProtectHome",
    "SystemCallFilter",
    "CapabilityBoundingSet",
)


def figures(line: Line) -> set[str]:
    return {f"alluriarniq_{name}" for name in outside.figures(line)}


def test_rules_and_dashboard_ask_for_figures_there_are(line: Line) -> None:
    rules = yaml.safe_load((DEPLOY / "alerts.yaml").read_text())
    dashboard = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
    asked = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    asked += [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    named = {name for expr in asked for name in re.findall(r"alluriarniq_\w+", expr)}
    assert named and named <= figures(line)


def test_the_proxy_lets_through_what_is_asked_for_from_outside(line: Line) -> None:
    proxy = (DEPLOY / "Caddyfile").read_text()
    found = re.search(r"@open path (.+)", proxy)
    assert found and f"max_size {MAX_UPLOAD // 1024**2}MiB" in proxy
    ways = found[1].split()
    rules = [rule.rule for rule in create_app(line).url_map.iter_rules()]
    assert [rule for rule in rules if not any(fnmatch.fnmatch(rule, way) for way in ways)] == []
    assert [way for way in ways if not fnmatch.filter(rules, way)] == []


def test_the_proxy_hands_on_whole_requests_only() -> None:
    proxy = (DEPLOY / "Caddyfile").read_text()
    assert f"request_buffers {MAX_UPLOAD // 1024**2}MiB" in proxy
    assert "read_header " in proxy and "read_body " in proxy


def test_every_rule_has_its_place_in_the_runbook() -> None:
    rules = yaml.safe_load((DEPLOY / "alerts.yaml").read_text())
    runbook = (ROOT / "docs/operating/runbook.md").read_text()
    names = [rule["alert"] for group in rules["groups"] for rule in group["rules"]]
    told_by_itself = {"QueueGrows", "EmergencyWaits"}
    assert {n for n in names if n not in runbook} <= told_by_itself


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_units_start_commands_there_are_and_are_shut_off(path: Path) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(path.read_text())
    command = unit["Service"]["ExecStart"].split()
    assert command[0].endswith("/alluriarniq") and command[1] in main.commands
    assert all(name in unit["Service"] for name in HARDENED)
    # A database that is away for a minute must not end the line for good.
    assert unit["Service"]["Restart"] == "always" and unit["Unit"]["StartLimitIntervalSec"] == "0"


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_one_template_serves_several_installations_that_do_not_see_each_other(path: Path) -> None:
    assert path.stem.endswith("@"), "not a template"
    lines = path.read_text().splitlines()
    own, others = "/srv/alluriarniq/%i", "/srv/alluriarniq"
    for given in ("WorkingDirectory", "ReadWritePaths", "BindPaths"):
        assert [one for one in lines if one.startswith(f"{given}=")] == [f"{given}={own}"]
    assert f"TemporaryFileSystem={others}:ro" in lines
    page = (ROOT / "docs/operating/one-machine.md").read_text()
    assert "own folder, database, keys and number" in page


def test_containers_run_commands_there_are_without_rights() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    for name in ("migrate", "web", "scheduler"):
        assert services[name]["command"][0] in main.commands
        assert services[name]["read_only"] and services[name]["cap_drop"] == ["ALL"]
        assert services[name]["security_opt"] == ["no-new-privileges:true"]
        # What can be written: a place in memory, and the folder of backups.
        assert services[name]["tmpfs"] == ["/tmp"] and services[name]["volumes"] == VAR
    assert (
        services["web"]["environment"]["DATABASE_URL"].split("@")[1]
        != (services["web"]["environment"]["KEY_STORE_URL"].split("@")[1])
    )


def test_the_image_holds_files_there_are_and_its_own_user() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.M):
        assert all((ROOT / name).exists() for name in source.split())
    assert "--require-hashes" in text
    made, _, started = text.rpartition("\nFROM ")[2].partition("\nUSER line\n")
    user = re.search(r"useradd --system --uid (\d+) .*--shell /usr/sbin/nologin line", made)
    assert user and int(user[1]) > 0
    # Owned by that user is the one folder that may be written; nothing is done as root later.
    assert re.findall(r"chown line: (\S+)", made) == re.findall(r"^VOLUME (\S+)$", started, re.M)
    assert "RUN" not in started and "--chown" not in text


def test_the_page_on_one_container_shuts_it_off_as_compose_does() -> None:
    page = (ROOT / "docs/operating/one-container.md").read_text()
    started = page[page.index("docker run -d") : page.index("docker exec")].replace("\\\n", " ")
    wanted = ("--read-only", "--tmpfs /tmp", "--cap-drop ALL", "no-new-privileges", ":/line/var")
    assert all(word in started for word in wanted)
    assert started.split()[-2:] == ["alluriarniq", "run"]


def test_every_command_of_the_guides_is_there() -> None:
    for page in (ROOT / "docs/operating").glob("*.md"):
        for name in re.findall(r"(?<!-u )\balluriarniq ([a-z]+)\b", page.read_text()):
            assert name in main.commands, (page.name, name)
