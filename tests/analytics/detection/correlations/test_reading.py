"""Which documents become correlations and filters, and which are refused with what reason."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from analytics.detection.correlations.correlation import Bound, Correlation, Joined, Kind, Presence
from analytics.detection.correlations.gathering import needs
from analytics.detection.examples import fires
from analytics.detection.loading import RuleSet, load
from tests.analytics.detection.conftest import document

COMMAND = "process.command_line"
LOGIN = document({"selection": {COMMAND: "login"}}, name="failed_login", level="low")
OTHER = document({"selection": {COMMAND: "other"}}, name="other")


def correlated(**more: Any) -> dict[str, Any]:
    """Many failed logins of a user within an hour, unless said otherwise."""
    told = {
        "type": "event_count",
        "rules": ["failed_login"],
        "group-by": ["user.name"],
        "timespan": "1h",
        "condition": {"gte": 10},
        **more,
    }
    return {
        "title": "Many failed logins",
        "level": "high",
        "correlation": {name: value for name, value in told.items() if value is not None},
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def written(folder: Path, name: str, *documents: Any) -> RuleSet:
    """All rules of the folder, once these are in a file of that name too."""
    (folder / f"{name}.yml").write_text(yaml.safe_dump_all(documents), "utf-8")
    return load([folder])


def one(rules: RuleSet) -> Correlation:
    assert rules.refused == ()
    (found,) = rules.correlations
    return found


def test_a_correlation_carries_what_its_document_says(folder: Path) -> None:
    found = one(written(folder, "brute_force", LOGIN, correlated()))
    assert (found.id, found.title, found.severity) == (
        "brute_force.2",
        "Many failed logins",
        "high",
    )
    assert (found.kind, found.rules, found.group_by) == (
        Kind.EVENT_COUNT,
        ("brute_force",),
        ("user.name",),
    )
    assert (found.timespan, found.bounds) == (timedelta(hours=1), (Bound("greater_equal", 10),))


def test_whose_act_it_was_is_said_by_one_of_its_rules(folder: Path) -> None:
    asked = correlated(rules=["other", "failed_login"]) | {"foureyes": {"actor": "other"}}
    (found,) = written(folder, "r", LOGIN, OTHER, asked).correlations
    assert found.actor == "r.2"
    rules = written(folder, "r", LOGIN, OTHER, correlated() | {"foureyes": {"actor": "other"}})
    assert [one.reason for one in rules.refused] == ["foureyes.actor: 'other' is none of its rules"]


def test_a_range_has_both_its_bounds(folder: Path) -> None:
    found = one(written(folder, "r", LOGIN, correlated(condition={"gt": 100, "lte": 200})))
    assert set(found.bounds) == {Bound("greater", 100), Bound("less_equal", 200)}


def test_sequences_ask_for_all_of_their_rules(folder: Path) -> None:
    told = correlated(type="temporal_ordered", rules=["failed_login", "other"], condition=None)
    found = one(written(folder, "r", LOGIN, OTHER, told))
    assert found.bounds == (Bound("greater_equal", 2),)


def test_an_expression_is_read_as_a_tree(folder: Path) -> None:
    told = correlated(
        type="temporal", rules=None, condition="failed_login and not (other or failed_login)"
    )
    found = one(written(folder, "r", LOGIN, OTHER, told))
    inner = Joined("or", (Presence("r.2"), Presence("r")))
    assert found.expression == Joined("and", (Presence("r"), Joined("not", (inner,))))
    assert found.rules == ("r", "r.2")


def test_a_percentile_and_its_field_are_read(folder: Path) -> None:
    told = correlated(
        type="value_percentile", condition={"field": "file.size", "percentile": 95, "gt": 1.5}
    )
    found = one(written(folder, "r", LOGIN, told))
    assert (found.fields, found.percentile, found.bounds) == (
        ("file.size",),
        95,
        (Bound("greater", 1.5),),
    )


def test_rules_of_a_correlations_own_file_raise_no_alerts_unless_it_says_so(folder: Path) -> None:
    assert written(folder, "quiet", LOGIN, correlated()).parts == {"quiet"}
    assert written(folder, "quiet", LOGIN, correlated(generate=True)).parts == frozenset()


def test_a_correlation_in_another_file_silences_no_rule(folder: Path) -> None:
    written(folder, "login", LOGIN)
    rules = written(folder, "many", correlated())
    assert (one(rules).rules, rules.parts) == (("login",), frozenset())


def test_a_name_means_the_rule_of_the_own_file_first(folder: Path) -> None:
    written(folder, "another", LOGIN)
    rules = written(folder, "mine", LOGIN, correlated())
    assert one(rules).rules == ("mine",)


def test_correlations_may_be_chained_whatever_their_order(folder: Path) -> None:
    many = correlated() | {"name": "many_failed"}
    then = correlated(type="temporal_ordered", rules=["many_failed", "other"], condition=None)
    rules = written(folder, "chain", then, many, LOGIN, OTHER)
    assert rules.refused == ()
    assert {each.id: each.rules for each in rules.correlations} == {
        "chain": ("chain.2", "chain.4"),
        "chain.2": ("chain.3",),
    }


def test_hits_carry_what_any_correlation_asks_of_them(folder: Path) -> None:
    many = correlated(**{"group-by": ["who"], "aliases": {"who": {"failed_login": "user.name"}}})
    both = ["who", "host.name"]
    then = correlated(
        type="temporal",
        rules=["many_failed", "other"],
        condition=None,
        **{"group-by": both},
    )
    then["correlation"]["aliases"] = {"who": {"many_failed": "who", "other": "user.id"}}
    rules = written(folder, "r", LOGIN, OTHER, many | {"name": "many_failed"}, then)
    assert needs(rules.correlations) == {
        "r": {"user.name", "host.name"},
        "r.2": {"user.id", "host.name"},
    }


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (correlated(rules=["nobody"]), "there is no rule 'nobody'"),
        (correlated(rules=[]), "it names no rules"),
        (correlated(timespan="5000d"), "more than 92 days"),
        (correlated(timespan="soon"), "Timespan 'soon' is invalid"),
        (correlated(timespan=None), "without timespan"),
        (correlated(type="magic"), "no valid Sigma correlation type"),
        (correlated(type="value_count"), "without field reference"),
        (correlated(condition=None), "without condition"),
        (correlated(condition={"gte": "many"}), "no valid Sigma correlation condition count"),
        (correlated(condition={}), "must have exactly one condition item"),
        (
            correlated(type="value_percentile", condition={"field": "x", "gt": 1}),
            "needs a percentile",
        ),
        (
            correlated(type="temporal", rules=["failed_login"] * 2, condition=None),
            "stands twice",
        ),
        (correlated(aliases={"x": {"nobody": "y"}}), "there is no rule 'nobody'"),
        (correlated() | {"foureyes": {"actor": "nobody"}}, "there is no rule 'nobody'"),
        ({"title": "t", "correlation": "a text"}, "must be a dict"),
        ({"title": "t", "correlation": None}, "must be a dict"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_reason(
    folder: Path, told: Any, reason: str
) -> None:
    rules = written(folder, "r", LOGIN, told)
    assert rules.correlations == ()
    (refused,) = rules.refused
    assert reason in refused.reason
    assert [rule.id for rule in rules.rules] == ["r"]


def test_correlations_that_refer_to_each_other_are_refused(folder: Path) -> None:
    first = correlated(rules=["second"]) | {"name": "first"}
    second = correlated(rules=["first"]) | {"name": "second"}
    rules = written(folder, "r", first, second)
    assert rules.correlations == ()
    assert len(rules.refused) == 2


def filtering(condition: str = "not selection", rules: Any = "any", **more: Any) -> dict[str, Any]:
    return {
        "title": "Not by the backup",
        "logsource": {"product": "linux"},
        "filter": {"rules": rules, "selection": {"user.name": "backup"}, "condition": condition},
        **more,
    }


def test_a_filter_narrows_the_rules_that_it_names(folder: Path) -> None:
    before = written(folder, "rules", LOGIN, OTHER).rules
    rules = written(folder, "filter", filtering(rules=["failed_login"]))
    assert rules.refused == ()
    login, other = rules.rules
    assert (login.filters, other.filters) == (("filter",), ())
    assert fires(login, {COMMAND: "login", "user.name": "ana"})
    assert not fires(login, {COMMAND: "login", "user.name": "backup"})
    assert fires(other, {COMMAND: "other", "user.name": "backup"})
    assert login.version != before[0].version
    assert other.version == before[1].version


def test_a_filter_of_another_log_source_narrows_nothing(folder: Path) -> None:
    written(folder, "rules", LOGIN)
    rules = written(folder, "filter", filtering(logsource={"product": "windows"}))
    assert [rule.filters for rule in rules.rules] == [()]


@pytest.mark.parametrize(
    "told",
    [
        filtering(rules=3),
        filtering(logsource=None),
        {"title": "t", "logsource": {"product": "linux"}, "filter": []},
        {"title": "t", "logsource": {"product": "linux"}, "filter": {"rules": "any"}},
    ],
)
def test_a_filter_that_cannot_be_read_is_refused_and_narrows_nothing(
    folder: Path, told: Any
) -> None:
    written(folder, "rules", LOGIN)
    rules = written(folder, "filter", told)
    assert len(rules.refused) == 1
    assert [rule.filters for rule in rules.rules] == [()]
