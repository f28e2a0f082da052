"""Sigma's `expand`, as its specification says."""

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from analytics.detection.examples import fires
from analytics.detection.loading import RuleSet, load
from tests.analytics.detection.conftest import document

COMMAND = "process.command_line"
LISTS: dict[str, list[Any]] = {
    "admins": ["root", "Ops"],
    "folders": ["/shared", "/data.d"],
    "servers": ["srv*", r"a\*b"],
    "networks": ["10.0.0.0/8", "2001:db8::/32"],
    "sizes": [8, 64],
    "fields": ["user.name", "host.name"],
    "nobody": [],
}
Loaded = Callable[[Any], RuleSet]


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    """The rule set of one selection, with the lists above."""

    def loads(selection: Any) -> RuleSet:
        rules, lists = tmp_path / "rules", tmp_path / "lists"
        rules.mkdir(exist_ok=True)
        lists.mkdir(exist_ok=True)
        for name, values in LISTS.items():
            (lists / f"{name}.yml").write_text(yaml.safe_dump({"entries": values}))
        (rules / "rule.yml").write_text(yaml.safe_dump(document({"selection": selection})))
        return load([rules], lists=[lists])

    return loads


@pytest.mark.parametrize(
    ("selection", "event", "holds"),
    [
        ({"user.name|expand": "%admins%"}, {"user.name": "ROOT"}, True),
        ({"user.name|expand": "%Admins%"}, {"user.name": "ops"}, True),
        ({"user.name|expand": "%admins%"}, {"user.name": "root2"}, False),
        ({"user.name|expand": ["anna", "%admins%"]}, {"user.name": "anna"}, True),
        ({"user.name|expand": "%nobody%"}, {"user.name": "root"}, False),
        ({"user.name|expand": "%admins%-x"}, {"user.name": "ops-x"}, True),
        ({"user.name|expand": "%admins%%sizes%"}, {"user.name": "root64"}, True),
        ({"user.name|expand": "%admins%%sizes%"}, {"user.name": "root6"}, False),
        ({"user.name|expand": "%admins%*"}, {"user.name": "rooted"}, True),
        # without expand, and behind a backslash, percent signs are ordinary
        ({"user.name": "%admins%"}, {"user.name": "%admins%"}, True),
        ({"user.name": "%admins%"}, {"user.name": "root"}, False),
        ({"user.name|expand": r"\%plain%admins%"}, {"user.name": "%plainroot"}, True),
        ({"user.name|expand": "100%"}, {"user.name": "100%"}, True),
        ({COMMAND + "|re|expand": r"^\d\% of %admins%$"}, {COMMAND: "5% of root"}, True),
        # wildcards in values are what they are in rules
        ({"host.name|expand": "%servers%"}, {"host.name": "srv17"}, True),
        ({"host.name|expand": "%servers%"}, {"host.name": "a*b"}, True),
        ({"host.name|expand": "%servers%"}, {"host.name": "axb"}, False),
        # parts of a value
        ({COMMAND + "|contains|expand": "%folders%/"}, {COMMAND: "rm /shared/x"}, True),
        ({COMMAND + "|expand|contains": "%folders%/"}, {COMMAND: "rm /data.d/x"}, True),
        ({COMMAND + "|startswith|expand": "%folders%"}, {COMMAND: "/shared/run"}, True),
        ({COMMAND + "|startswith|expand": "%folders%"}, {COMMAND: "rm /shared"}, False),
        ({COMMAND + "|endswith|expand": "%folders%"}, {COMMAND: "ls /shared"}, True),
        (
            {COMMAND + "|contains|all|expand": ["%folders%", "%admins%"]},
            {COMMAND: "chown ops /data.d"},
            True,
        ),
        (
            {COMMAND + "|contains|all|expand": ["%folders%", "%admins%"]},
            {COMMAND: "chown anna /data.d"},
            False,
        ),
        ({"user.name|expand|cased": "%admins%"}, {"user.name": "Ops"}, True),
        ({"user.name|expand|cased": "%admins%"}, {"user.name": "ops"}, False),
        ({"user.name|cased|expand": "%admins%"}, {"user.name": "ops"}, False),
        ({"user.name|expand|neq": "%admins%"}, {"user.name": "anna"}, True),
        ({"user.name|expand|neq": "%admins%"}, {"user.name": "ops"}, False),
        # in a regular expression a value stands for itself
        ({COMMAND + "|re|expand": r"\s%folders%/\w"}, {COMMAND: "rm /data.d/x"}, True),
        ({COMMAND + "|re|expand": r"\s%folders%/\w"}, {COMMAND: "rm /dataxd/x"}, False),
        ({COMMAND + "|re|expand": "^%servers%$"}, {COMMAND: "srv17"}, True),
        ({COMMAND + "|re|expand": "%nobody%"}, {COMMAND: "x"}, False),
        ({COMMAND + "|re|i|expand": "^%admins%$"}, {COMMAND: "OPS"}, True),
        ({COMMAND + "|re|expand": "^%admins%$"}, {COMMAND: "OPS"}, False),
        ({COMMAND + "|re|expand": "^%admins% %folders%$"}, {COMMAND: "root /shared"}, True),
        # what comes behind it gets the values
        ({"source.ip|expand|cidr": "%networks%"}, {"source.ip": "10.1.2.3"}, True),
        ({"source.ip|expand|cidr": "%networks%"}, {"source.ip": "11.1.2.3"}, False),
        ({"job.gpus|expand": "%sizes%"}, {"job.gpus": 64}, True),
        ({"job.gpus|expand|gt": "%sizes%"}, {"job.gpus": 9}, True),
        ({"job.gpus|expand|gt": "%sizes%"}, {"job.gpus": 8}, False),
        ({COMMAND + "|expand|fieldref": "%fields%"}, {COMMAND: "g1", "host.name": "g1"}, True),
        (
            {COMMAND + "|expand|base64offset|contains": "%folders%"},
            {COMMAND: b64encode(b"x/shared/y").decode()},
            True,
        ),
        ({COMMAND + "|expand|windash|contains": "-%admins%"}, {COMMAND: "su /root"}, True),
        ({"|expand": ["%admins%"]}, {"message": "by ops, at noon"}, True),
        ({"|expand|all": ["%admins%", "%folders%"]}, {"message": "ops at /shared"}, True),
        ({"|expand|all": ["%admins%", "%folders%"]}, {"message": "ops at home"}, False),
    ],
)
def test_placeholders_stand_for_the_values_of_their_list(
    loaded: Loaded, selection: Any, event: dict[str, Any], holds: bool
) -> None:
    rules = loaded(selection)
    assert rules.refused == ()
    assert fires(rules.rules[0], event) is holds


@pytest.mark.parametrize(
    ("selection", "reason"),
    [
        ({"user.name|expand": "%Unheard%"}, "%Unheard% has no values"),
        ({COMMAND + "|re|expand": "a%unheard%"}, "%unheard% has no values"),
        ({"|expand": "%unheard%"}, "%unheard% has no values"),
        ({COMMAND + "|expand|re": "%admins%"}, r"say re\|expand"),
        ({"source.ip|expand|cidr": "%admins%"}, "Invalid CIDR"),
        ({"job.gpus|expand|gt": "%admins%"}, "Invalid number"),
        ({COMMAND + "|expand": "%admins%" * 10}, "more than 1000 values"),
        ({COMMAND + "|expand|base64": "%servers%"}, "wildcards is not allowed"),
    ],
)
def test_what_cannot_be_filled_in_refuses_the_rule(
    loaded: Loaded, selection: Any, reason: str
) -> None:
    (refused,) = loaded(selection).refused
    assert reason.replace("\\", "") in refused.reason


def test_a_rule_tells_which_lists_stand_in_it(loaded: Loaded) -> None:
    (rule,) = loaded({COMMAND + "|contains|expand": "%folders%/%Admins%"}).rules
    assert rule.watchlists == ("folders", "admins")


def test_a_long_list_is_looked_for_at_once(tmp_path: Path, loaded: Loaded) -> None:
    loaded({"user.name": "x"})
    names = [f"user{number}" for number in range(1000)]
    (tmp_path / "lists" / "names.yml").write_text(yaml.safe_dump({"entries": names}))
    (tmp_path / "rules" / "rule.yml").write_text(
        yaml.safe_dump(document({"selection": {"user.name|expand": "%names%"}}))
    )
    (rule,) = load([tmp_path / "rules"], lists=[tmp_path / "lists"]).rules
    (gate,) = rule.predicate.gates
    assert len(gate) == 1000
    assert fires(rule, {"user.name": "user999"})
    assert not fires(rule, {"user.name": "user1000"})
