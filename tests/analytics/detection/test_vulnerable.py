"""Vulnerable versions: which are in a range, what a rule sees of them, and what an alert says."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from analytics.detection.examples import events_of, fires
from analytics.detection.loading import OWN_RULES, RuleSet, load
from analytics.detection.matcher import match
from analytics.detection.pins import asked
from analytics.detection.vulnerable import Vulnerabilities, read
from analytics.detection.watchlist import OWN_LISTS
from tests.analytics.detection.conftest import document

COMMAND = "process.command_line"
MOMENT = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("affected", "wanted", "known"),
    [
        ("<2.6.0", "a==2.5.1", True),
        ("<2.6.0", "a==2.6.0", False),
        ("<2.6.0", "a==2.6", False),
        ("<2.6.0", "a==2.10.0", False),
        ("<2.6.0", "a==2.5.1+cu121", True),
        ("<2.6.0", "a==2.6.0+cu121", False),
        ("<2.6.0", "a==2.5.1.post1", True),
        ("<2.6.0", "a==2.5.0rc2", True),
        ("<2.6.0", "a==2.6.0rc1", False),
        ("<5.0.0rc3", "a==5.0.0rc2", True),
        ("<5.0.0rc3", "a==5.0.0rc3", False),
        ("<2.6.0", "a==1!2.5", False),
        ("<2.6.0", "a==2.5.*", True),
        ("<2.6.0", "a==2.*", False),
        ("<2.6.0", "a<2.6", True),
        ("<2.6.0", "a<2.7", False),
        ("<=2.5.1", "a<=2.5.1", True),
        ("<=2.5.1", "a==2.5.1+cu121", True),
        (">=4.56.0,<5.3.0", "a==4.55.9", False),
        (">=4.56.0,<5.3.0", "a<5", True),
        (">=4.56.0,<5.3.0", "a==5.2.9", True),
        ("==1.2.*", "a==1.2.7", True),
        (">=0", "a==0.0.1", True),
    ],
)
def test_versions_are_compared_as_versions(affected: str, wanted: str, known: bool) -> None:
    found = read({"package": "A", "affected": affected, "cve": "X-1"})
    pin = asked(wanted)
    assert pin
    assert bool(Vulnerabilities([found]).of(pin)) is known


@pytest.fixture(scope="module")
def own() -> RuleSet:
    return load([OWN_RULES])


def alerts(rules: RuleSet, event: dict[str, Any], rule: str) -> list[str | None]:
    source = next(each.source for each in rules.rules if each.id == rule)
    rows = events_of([{"@timestamp": MOMENT, "event.id": "1", **event}], source)
    return [alert.object for alert in match(rules, rows) if alert.rule == rule]


def test_an_alert_names_package_version_and_cve(own: RuleSet) -> None:
    event = {COMMAND: "pip install numpy torch==2.5.1"}
    (object_,) = alerts(own, event, "vulnerable_loader")
    assert object_ == (
        "torch 2.5.1: CVE-2025-32434 (fixed in 2.6.0), CVE-2026-24747 (fixed in 2.10.0)"
    )
    event = {"git.added": "requirements.txt: ray==2.6.3", "git.repository": "lab/x"}
    assert alerts(own, event, "vulnerable_loader_pinned") == ["ray 2.6.3: CVE-2023-48022 (no fix)"]


def test_what_is_told_is_bounded(own: RuleSet) -> None:
    wanted = " ".join(f"transformers=={number}.0" for number in range(1, 5))
    (object_,) = alerts(own, {COMMAND: f"pip install {wanted}"}, "vulnerable_loader")
    assert object_
    assert len(object_) == 300
    assert object_.endswith("…")


@pytest.mark.parametrize(
    ("selection", "command", "holds"),
    [
        ({"package.name": "torch"}, "pip install numpy==2.1 torch==2.4.0", True),
        ({"package.name": "torch"}, "pip install numpy==2.1", False),
        (
            {"package.name": "torch", "package.version|startswith": "2.4"},
            "pip install torch==2.4.0",
            True,
        ),
        (
            {"package.name": "torch", "package.version|startswith": "2.4"},
            "pip install torch==2.5.0",
            False,
        ),
        ({"package.vulnerability": "CVE-2025-32434"}, "pip install torch==2.5.1", True),
        ({"package.vulnerability": "CVE-2025-32434"}, "pip install torch==2.6.0", False),
        ({"package.vulnerability|startswith": "CVE-2026-"}, "pip install torch==2.6.0", True),
        ({"package.vulnerability": None}, "pip install torch==2.10.0", True),
        ({"package.vulnerability": None}, "ls", True),
        ({"package.vulnerability": None}, "pip install torch==2.4.0", False),
        ({"package.vulnerability|exists": False}, "ls", True),
        ({"package.vulnerable|contains": "fixed in 2.6.0"}, "pip install torch==2.4.0", True),
        ({"package.name|expand": "%vulnerable_packages%"}, "pip install keras==99.0", True),
    ],
)
def test_a_rule_may_ask_for_packages(
    loaded: Any, selection: Any, command: str, holds: bool
) -> None:
    rules = loaded({"selection": selection})
    assert rules.refused == ()
    assert fires(rules.rules[0], {COMMAND: command}) is holds


def test_packages_are_only_read_where_a_text_can_name_one(loaded: Any) -> None:
    for selection in ({"package.name": "torch"}, {"package.vulnerability|startswith": "CVE-2"}):
        (rule,) = loaded({"selection": selection}).rules
        (gate,) = rule.predicate.gates
        assert {column for column, _ in gate} == {COMMAND, "git.added"}


def test_a_site_adds_a_package_and_the_rules_follow(tmp_path: Path, own: RuleSet) -> None:
    entry = {"package": "acme.loader", "affected": "<1.4", "fixed": "1.4", "cve": "ACME-1"}
    lists = tmp_path / "lists"
    lists.mkdir()
    (lists / "vulnerable_packages.yml").write_text(yaml.safe_dump({"entries": [entry]}))
    rules = load([OWN_RULES], lists=[OWN_LISTS, lists])
    event = {COMMAND: "pip install Acme_Loader==1.3"}
    assert alerts(rules, event, "vulnerable_loader") == ["acme-loader 1.3: ACME-1 (fixed in 1.4)"]
    assert alerts(own, event, "vulnerable_loader") == []
    changed = {
        rule.id
        for rule, before in zip(rules.rules, own.rules, strict=True)
        if rule.version != before.version
    }
    assert changed == {"vulnerable_loader", "vulnerable_loader_pinned"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"affected": "2.6"}, "Invalid specifier"),
        ({"affected": ""}, "affected is no text, or empty"),
        ({"affected": 2.6}, "affected is no text, or empty"),
        ({"affected": " , "}, "takes in every version|empty"),
        ({"cve": None}, "cve is no text"),
        ({"fixed": 2.6}, "put versions between quotes"),
        ({"fixed": "soon"}, "Invalid version"),
        ({"package": "a b"}, "name"),
        ({"package": 3}, "package or also is no name"),
        ({"also": ["x", 3]}, "package or also is no name"),
        ({"verified": "yes"}, "neither true nor false"),
        ({"value": "torch"}, "no 'value'"),
    ],
)
def test_an_entry_that_makes_no_sense_refuses_the_file(
    tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    entry = {"package": "a", "affected": "<1", "cve": "X-1", **change}
    (tmp_path / "vulnerable_packages.yml").write_text(yaml.safe_dump({"entries": [entry]}))
    (refused,) = load([], lists=[OWN_LISTS, tmp_path]).refused
    assert any(each in refused.reason for each in reason.split("|")), refused.reason


def test_packages_in_another_list_are_no_entries(tmp_path: Path) -> None:
    (tmp_path / "frameworks.yml").write_text("entries: [{package: a, affected: <1, cve: x}]")
    (refused,) = load([], lists=[OWN_LISTS, tmp_path]).refused
    assert "an entry has no 'affected'" in refused.reason


def test_a_rule_that_only_shows_what_is_vulnerable_depends_on_the_list(loaded: Any) -> None:
    shows = loaded(
        {"selection": {COMMAND + "|contains": "install"}}, foureyes={"object": "package.vulnerable"}
    )
    assert shows.rules[0].watchlists == ("vulnerable_packages",)


def test_a_site_without_the_list_has_no_vulnerable_packages(tmp_path: Path) -> None:
    rule = document({"selection": {"package.name": "torch"}})
    (tmp_path / "rule.yml").write_text(yaml.safe_dump(rule))
    (one,) = load([tmp_path], lists=[]).rules
    assert fires(one, {COMMAND: "pip install torch==2.4.0"})
