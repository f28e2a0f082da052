"""Rules over batches: routing, alerts, and the same answer as the specification read naively."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sigma.rule.logsource import SigmaLogSource

from analytics.detection import logsources
from analytics.detection.examples import events_of
from analytics.detection.literals import literals_of
from analytics.detection.loading import OWN_RULES, RuleSet, load
from analytics.detection.matcher import match
from analytics.fields import SCHEMA
from analytics.findings import Severity
from tests.analytics.detection.conftest import Write, document
from tests.analytics.detection.naive import matches

COMMAND = "process.command_line"
SHELL = logsources.find(SigmaLogSource(product="linux"))
OWN = load([OWN_RULES])


def test_an_alert_says_who_what_and_when() -> None:
    event = {
        "@timestamp": datetime(2026, 11, 23, 4, 30, tzinfo=UTC),
        "event.id": "e1",
        "event.category": "process",
        "event.type": "start",
        "host.name": "gpu03",
        "actor.account": "unix:asilva",
        "owner.account": "unix:mkeller",
        COMMAND: "history -c",
    }
    (alert,) = match(OWN, events_of([event], SHELL))
    assert alert.rule == "history_tampering"
    assert alert.time == datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
    assert (alert.event, alert.account, alert.owner) == ("e1", "unix:asilva", "unix:mkeller")
    assert (alert.object, alert.severity) == ("gpu03", Severity.HIGH)
    assert (alert.confidence, alert.tactics) == (0.8, ("stealth",))


def test_no_events_raise_no_alerts() -> None:
    assert match(OWN, SCHEMA.empty_table()) == []
    assert match(RuleSet(), events_of([{COMMAND: "history -c"}], SHELL)) == []


def test_events_may_lack_columns() -> None:
    events = events_of([{COMMAND: "history -c", "event.id": "e"}], SHELL)
    few = events.select(["@timestamp", "event.id", "event.module", COMMAND])
    assert match(OWN, few) == []
    assert match(OWN, events.select(["event.id"])) == []


def test_events_of_other_log_sources_are_left_alone() -> None:
    events = events_of([{COMMAND: "history -c", "event.module": "scheduler"}], SHELL)
    assert match(OWN, events) == []


def test_a_large_table_is_matched_piece_by_piece() -> None:
    example = {"event.category": "process", "event.type": "start", COMMAND: "history -c"}
    few = events_of([example, {**example, COMMAND: "ls"}], SHELL)
    many = few.take(pa.array([1] * 70_000 + [0] + [1] * 70_000))
    assert len(match(OWN, many)) == 1


def test_rules_together_find_what_each_finds_alone() -> None:
    shell = [rule for rule in OWN.rules if rule.path.parent.name == "shell"]
    examples = [
        {"event.category": "process", "event.type": "start", **example}
        for rule in shell
        for example in (*rule.examples.match, *rule.examples.no_match)
    ]
    few = events_of([{**one, "event.id": str(n)} for n, one in enumerate(examples)], SHELL)
    events = few.take(pa.array(list(range(few.num_rows)) * 20))
    together = Counter((alert.rule, alert.event) for alert in match(OWN, events))
    alone: Counter[tuple[str, str]] = Counter()
    for rule in (rule for rule in OWN.rules if rule.id not in OWN.parts):
        found = match(RuleSet((rule,)), few)
        alone.update({(alert.rule, alert.event): 20 for alert in found})
    assert together == alone


@pytest.mark.parametrize("kind", [pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_strings_may_be_stored_otherwise(kind: pa.DataType) -> None:
    example = {"event.category": "process", "event.type": "start", COMMAND: "history -c"}
    events = events_of([example], SHELL)
    for place, field in enumerate(events.schema):
        if field.type == pa.string():
            events = events.set_column(place, field.name, events.column(place).cast(kind))
    assert [alert.rule for alert in match(OWN, events)] == ["history_tampering"]


def test_lists_are_matched_in_slices(loaded: Any) -> None:
    rules = loaded({"selection": {"process.args": "-x"}})
    rows = [{"process.args": args} for args in (["-x"], ["a", "b"], None, [], ["a", "-x"], ["b"])]
    events = events_of([{**row, "event.id": str(n)} for n, row in enumerate(rows)], SHELL)
    assert [alert.event for alert in match(rules, events)] == ["0", "4"]
    assert [alert.event for alert in match(rules, events.slice(1))] == ["4"]
    joined = pa.concat_tables([events.slice(3), events.slice(0, 2)])
    assert [alert.event for alert in match(rules, joined)] == ["4", "0"]


@pytest.mark.parametrize(
    ("regex", "needed"),
    [
        ("scancel", {"scancel"}),
        (r"\bsudo\s+kill", {"sudo", "kill"}),
        ("rm|reboot", {"rm", "reboot"}),
        ("(?:foo|bar)baz?", {"fooba", "foobaz", "barba", "barbaz"}),
        ("a*", set()),
        ("(?:abc)+d", {"abc"}),
        ("(?:abc)*def", {"def"}),
        ("x|", set()),
        ("[ab]cde", {"cde"}),
        ("foo[[:digit:]]bar", set()),
    ],
)
def test_literals_that_an_expression_needs(regex: str, needed: set[str]) -> None:
    found = literals_of(regex)
    if regex.startswith(r"\bsudo"):
        assert found in ({"sudo"}, {"kill"})
    else:
        assert found == needed


LETTERS = st.text("aAbBkKsſK*?\\/- .\n1(", max_size=6)
VALUES = st.one_of(LETTERS, st.integers(-20, 20), st.booleans(), st.none())
REGEXES = st.sampled_from(["a|b", "^a.?b", "A+", "ab{1,2}$", "(ab|ba)k?", r"\.", "[ab]{3}", "s"])
ADDRESSES = st.sampled_from(["10.0.0.1", "10.9.0.1", "::1", "fe80::1", "nowhere", "", "1"])
SELECTIONS = st.one_of(
    st.dictionaries(
        st.sampled_from(
            [
                COMMAND,
                COMMAND + "|contains",
                COMMAND + "|startswith",
                COMMAND + "|endswith",
                COMMAND + "|contains|cased",
                COMMAND + "|cased",
                "process.args|contains",
                "process.args|startswith",
                "user.name|contains",
            ]
        ),
        st.one_of(LETTERS, st.lists(LETTERS, min_size=1, max_size=3)),
        min_size=1,
        max_size=2,
    ),
    st.dictionaries(
        st.sampled_from([COMMAND, "user.name", "process.args", "git.forced"]), VALUES, min_size=1
    ),
    st.dictionaries(
        st.sampled_from(["job.gpus|gt", "job.gpus|lte", "user.name|gte", "job.gpus|neq"]),
        st.integers(-20, 20),
        min_size=1,
    ),
    st.dictionaries(
        st.sampled_from([COMMAND + "|re", COMMAND + "|re|i", "process.args|re"]),
        st.one_of(REGEXES, st.lists(REGEXES, min_size=1, max_size=2)),
        min_size=1,
    ),
    st.fixed_dictionaries({"source.ip|cidr": st.sampled_from(["10.0.0.0/16", "fe80::/10"])}),
    st.dictionaries(
        st.sampled_from(["user.name|fieldref", COMMAND + "|fieldref|contains"]),
        st.sampled_from(["process.args", "process.name"]),
        min_size=1,
    ),
    st.dictionaries(
        st.sampled_from(["job.gpus|exists", "process.args|exists"]), st.booleans(), min_size=1
    ),
    st.lists(LETTERS, min_size=1, max_size=3),
)
CONDITIONS = st.sampled_from(
    ["one", "not one", "one and two", "one or two", "one and not two", "not (one or two)"]
)
ROWS = st.fixed_dictionaries(
    {},
    optional={
        COMMAND: LETTERS,
        "event.original": LETTERS,
        "user.name": st.one_of(LETTERS, st.integers(-20, 20).map(str)),
        "process.name": LETTERS,
        "process.args": st.lists(LETTERS, max_size=3),
        "job.gpus": st.integers(-20, 20),
        "git.forced": st.booleans(),
        "source.ip": ADDRESSES,
    },
)


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(one=SELECTIONS, two=SELECTIONS, condition=CONDITIONS, rows=st.lists(ROWS, max_size=12))
def test_matching_equals_the_specification_read_naively(
    write: Write, one: Any, two: Any, condition: str, rows: list[dict[str, Any]]
) -> None:
    rule = document({"one": one, "two": two, "condition": condition})
    rules = load([write(rule)])
    assert rules.refused == ()
    events = events_of([{**row, "event.id": str(n)} for n, row in enumerate(rows)], SHELL)
    wanted = [n for n, row in enumerate(rows) if matches(rule, row)]
    assert [int(alert.event) for alert in match(rules, events)] == wanted
    # Many rows are looked at in other ways than few, and values that repeat than those that do not.
    many = events.take(pa.array(list(range(len(rows))) * 60, pa.int64()))
    assert [int(alert.event) for alert in match(rules, many)] == wanted * 60


@settings(max_examples=100, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from([COMMAND, "file.path", "user.name"]), st.text())))
def test_own_rules_never_raise_whatever_the_text(rows: list[dict[str, Any]]) -> None:
    readable = [
        {name: text.encode("utf-8", "replace").decode() for name, text in row.items()}
        for row in rows
    ]
    match(OWN, events_of(readable, SHELL))
