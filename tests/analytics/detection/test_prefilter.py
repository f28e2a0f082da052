"""Which rules are asked of which rows, told by literals before any condition is asked."""

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
import pytest
from sigma.rule.logsource import SigmaLogSource

from analytics.detection import logsources
from analytics.detection.columns import View
from analytics.detection.examples import events_of
from analytics.detection.loading import RuleSet, load
from analytics.detection.logsources import LogSource
from analytics.detection.matcher import match
from tests.analytics.detection.conftest import Write, document

COMMAND = "process.command_line"
SHELL = logsources.find(SigmaLogSource(product="linux"))
Loaded = Callable[..., RuleSet]


def asked(rules: RuleSet, *events: Mapping[str, Any]) -> list[int]:
    """The rows of which the only rule is asked."""
    rows = [{"event.id": str(number), **event} for number, event in enumerate(events)]
    found = rules.prefilter.candidates(View(events_of(rows, SHELL)))
    return [int(number or "") for _, view in found for number in view.texts("event.id")]


def test_a_rule_is_asked_only_where_one_of_its_literals_stands(loaded: Loaded) -> None:
    rules = loaded({"selection": {COMMAND + "|startswith": ["kill", "reboot"]}})
    lines = ("ls", "sudo KILL -9 1", "reboot", "")
    assert asked(rules, *({COMMAND: line} for line in lines)) == [1, 2]
    assert asked(rules, {"message": "kill"}) == []


def test_a_rule_is_asked_only_where_each_of_its_fields_has_a_literal(loaded: Loaded) -> None:
    selection = {COMMAND + "|contains": "secret", "process.executable|endswith": "/curl"}
    both = {COMMAND: "curl secret", "process.executable": "/usr/bin/curl"}
    rules = loaded({"selection": selection})
    assert asked(rules, {COMMAND: "cat secret"}, both, {**both, COMMAND: "curl x"}) == [1]


def test_signs_alone_are_not_looked_for_where_a_rule_has_words(loaded: Loaded) -> None:
    selection = {COMMAND + "|contains": " --", "process.executable|endswith": "/curl"}
    curl = {COMMAND: "curl x", "process.executable": "/usr/bin/curl"}
    assert asked(loaded({"selection": selection}), {COMMAND: "ls --all"}, curl) == [1]
    alone = loaded({"selection": {COMMAND + "|contains": " --"}})
    assert asked(alone, {COMMAND: "ls --all"}, curl) == [0]


def test_a_rule_is_not_asked_of_other_log_sources(loaded: Loaded) -> None:
    rules = loaded({"selection": {COMMAND: "kill"}})
    other = {COMMAND: "kill", "event.module": "scheduler"}
    assert asked(rules, other, {COMMAND: "kill"}) == [1]


@pytest.mark.parametrize("value", ["é", "ab", "ßé", "*a?b*"])
def test_a_rule_without_a_long_literal_of_ascii_is_asked_everywhere(
    loaded: Loaded, value: str
) -> None:
    rules = loaded({"selection": {COMMAND + "|contains": value}})
    assert asked(rules, {COMMAND: "x"}, {}) == [0, 1]


@pytest.mark.parametrize("line", ["\u212aILL", "ki\u017fs", "x\u212aill", "caféKILL", "CAFÉkill"])
def test_letters_that_are_the_same_as_ascii_ones_are_found(loaded: Loaded, line: str) -> None:
    rules = loaded({"selection": {COMMAND + "|contains": ["kill", "kiss"]}})
    assert len(match(rules, events_of([{COMMAND: line, "event.id": "e"}], SHELL))) == 1


def test_text_across_two_values_is_no_match(loaded: Loaded) -> None:
    rules = loaded({"selection": {COMMAND + "|contains": "reboot"}})
    events = events_of([{COMMAND: "re"}, {COMMAND: "boot"}, {COMMAND: "reboot"}], SHELL)
    assert match(rules, events.slice(0, 2)) == []
    assert len(match(rules, events.slice(1))) == 1


def test_columns_may_be_laid_out_by_the_names_of_sigma(write: Write) -> None:
    def flat(asked: SigmaLogSource) -> LogSource:
        where = (("labels.product", (str(asked.product),)),)
        return LogSource(name="flat", where=where, keywords=("labels.text",))

    write(document({"selection": {"CommandLine|contains": "kill"}}), "by_field")
    rules = load([write(document({"selection": ["reboot"]}), "by_word")], find=flat)
    rows = [
        {"@timestamp": None, "event.id": "a", "labels.product": "linux", "labels.text": "reboot"},
        {"event.id": "b", "labels.product": "windows", "labels.text": "reboot"},
        {"event.id": "c", "labels.product": "linux", "labels.CommandLine": "kill 1"},
    ]
    columns = ("event.id", "labels.product", "labels.text", "labels.CommandLine")
    table = pa.table({name: pa.array([row.get(name) for row in rows]) for name in columns})
    found = match(rules, table)
    assert [(alert.rule, alert.event) for alert in found] == [("by_field", "c"), ("by_word", "a")]
