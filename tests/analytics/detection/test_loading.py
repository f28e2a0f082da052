"""Which files become rules, and which are refused with what reason."""

import os
import re
from pathlib import Path
from typing import Any

import pytest

from analytics.detection.documents import RulesMissing
from analytics.detection.loading import OWN_RULES, load
from analytics.findings import Severity
from tests.analytics.detection.conftest import Write, document

COMMAND = "process.command_line"
PUBLIC = Path(__file__).parents[4] / "shared" / "data" / "sigma-rules" / "rules"


def test_a_rule_carries_what_its_file_says(write: Write) -> None:
    rule = document(
        {"selection": {COMMAND: "ls"}},
        level="high",
        status="test",
        description="Lists\n  a folder.",
        tags=["attack.impact", "attack.t1489", "atlas.aml.t0029"],
        falsepositives=["Everybody"],
        references=["https://example.org/ls"],
        foureyes={
            "confidence": 0.25,
            "object": "host.name",
            "former": ["t1562.001"],
            "investigate": ["Ask them."],
            "catalogue": ["D41"],
        },
        examples={"match": [{COMMAND: "ls"}], "no_match": []},
    )
    (loaded,) = load([write(rule, "lists_a_folder")]).rules
    assert (loaded.id, loaded.title, loaded.severity) == (
        "lists_a_folder",
        "A rule",
        Severity.HIGH,
    )
    assert (loaded.confidence, loaded.object) == (0.25, "host.name")
    assert loaded.description == "Lists a folder."
    tags = ("attack.impact", "attack.t1489", "atlas.aml.t0029", "attack.t1562.001")
    assert loaded.tags == tags, "alerts are found by the id of before and of now"
    assert (loaded.former, loaded.investigate) == (("t1562.001",), ("Ask them.",))
    assert (loaded.catalogue, loaded.references) == (("D41",), ("https://example.org/ls",))
    assert loaded.tactics == ("impact",)
    assert loaded.falsepositives == ("Everybody",)
    assert loaded.examples.match == ({COMMAND: "ls"},)
    assert len(loaded.version) == 16


def test_a_version_changes_with_the_bytes(write: Write) -> None:
    first = load([write(document({"selection": {COMMAND: "ls"}}))]).rules[0].version
    second = load([write(document({"selection": {COMMAND: "pwd"}}))]).rules[0].version
    assert first != second


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(RulesMissing, match=r"no folder of rules at .*nowhere"):
        load([tmp_path / "nowhere"])


def test_an_empty_folder_has_no_rules(tmp_path: Path) -> None:
    assert load([tmp_path]).rules == ()


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("a: [", "ParserError"),
        ("just text", "a map is needed"),
        ("- a\n- b\n", "a map is needed"),
        ("a: 1\na: 2\n", "Duplicate key"),
        ("\x00\x01", "unacceptable character"),
        ("&a [*a]", "a map is needed"),
        ("[" * 300_000 + "]" * 300_000, "nested deeper"),
        ("a:\n" + "- " * 300_000, "nested deeper"),
        ({"title": "x"}, "must have a log source"),
        (document({"condition": "nothing"}), "No detections"),
        (document({"selection": {}}), "empty"),
        (document({"selection": {"a": 1}, "condition": "other"}), "not defined"),
        (document({"selection": {"a": 1}, "condition": "selection |"}), "pipe syntax"),
        (document({"selection": {"a": 1}}, level="awful"), "no valid|not a valid"),
        (document({"selection": {COMMAND + "|re": "(?=a)b"}}), "invalid perl operator"),
        (document({"selection": {COMMAND + "|re": r"(a)\1"}}), "invalid escape sequence"),
        (document({"selection": {COMMAND + "|re": "("}}), "is invalid"),
        (document({"selection": {COMMAND + "|nonsense": "a"}}), "Unknown modifier"),
        (document({"selection": {COMMAND + "|expand": "%admins%"}}), "%admins% has no values"),
        (document({"selection": {COMMAND + "|re|expand": "%admins%"}}), "placeholder"),
        (document({"selection": {COMMAND + "|gt": "a"}}), "incompatible"),
        (document({"selection": {"source.ip|cidr": "10.0.0.1/8"}}), "Invalid CIDR"),
        (document({"selection": {COMMAND + "|hour": 4}}), "is no time"),
        (document({"selection": {COMMAND: "a"}}, foureyes={"confidence": 2}), "between 0 and 1"),
        (document({"selection": {COMMAND: "a"}}, foureyes={"confidence": "x"}), "no number"),
        (document({"selection": {COMMAND: "a"}}, foureyes={"object": "x"}), "no field 'x'"),
        (document({"selection": {COMMAND: "a"}}, foureyes={"points": 3}), "a map is needed of"),
        (document({"selection": {COMMAND: "a"}}, foureyes={"former": ["x"]}), "foureyes.former"),
        (document({"selection": {COMMAND: "a"}}, foureyes={"catalogue": "D01"}), "no list of"),
        (document({"selection": {COMMAND: "a"}}, foureyes={"investigate": [3]}), "no list of"),
        ({"title": "c", "correlation": {"type": "event_count"}}, "correlation"),
    ],
)
def test_a_bad_rule_is_refused_and_stops_no_other(write: Write, rule: Any, reason: str) -> None:
    write(document({"selection": {COMMAND: "ls"}}), "good")
    rules = load([write(rule, "bad")])
    assert [each.id for each in rules.rules] == ["good"]
    (refused,) = rules.refused
    assert refused.path.name == "bad.yml"
    assert re.search(reason, refused.reason), refused.reason


def test_a_huge_file_is_refused(write: Write) -> None:
    (refused,) = load([write("#" * (1 << 20) + "\n")]).refused
    assert "larger than" in refused.reason


def test_a_name_that_alerts_cannot_keep_is_refused(write: Write) -> None:
    found = load([write(document({"selection": {COMMAND: "ls"}}), "x" * 201)])
    (refused,) = found.refused
    assert (found.rules, "longer than 200" in refused.reason) == ((), True)


def test_of_two_rules_with_one_name_the_first_stands(tmp_path: Path, write: Write) -> None:
    folder = write(document({"selection": {COMMAND: "ls"}}), "same")
    other = tmp_path / "other"
    other.mkdir()
    (other / "same.yaml").write_bytes((folder / "same.yml").read_bytes())
    rules = load([folder])
    assert len(rules.rules) == 1
    assert "already called same" in rules.refused[0].reason


def test_a_file_may_hold_several_rules(write: Write, tmp_path: Path) -> None:
    write(document({"selection": {COMMAND: "ls"}}))
    one = (tmp_path / "rule.yml").read_text()
    (tmp_path / "rule.yml").write_text(f"{one}---\n{one}")
    assert [rule.id for rule in load([tmp_path]).rules] == ["rule", "rule.2"]


def test_fields_that_only_labels_can_hold_are_told(loaded: Any) -> None:
    rule = loaded({"selection": {COMMAND: "a", "Unheard": "b", "a4": "c"}}).rules[0]
    assert rule.labels == ("labels.Unheard",)


def test_own_rules_are_all_loaded() -> None:
    rules = load([OWN_RULES])
    assert rules.refused == ()
    assert len(rules.rules) >= 25


@pytest.mark.shared_data
def test_public_rules_are_all_compiled() -> None:
    if not PUBLIC.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"no public rules at {PUBLIC}")
        pytest.skip(f"no public rules at {PUBLIC}")
    rules = load([PUBLIC])
    assert len(rules.rules) >= 380, rules.refused
