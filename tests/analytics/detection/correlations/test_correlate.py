"""Correlations equal what their specification says, whatever arrives when."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.detection.correlations.alerts import Correlated, correlate
from analytics.detection.correlations.correlation import (
    Bound,
    Correlation,
    Joined,
    Kind,
    Presence,
    reach,
)
from analytics.detection.correlations.gathering import COLUMNS, FIELD, joined
from analytics.findings import Severity
from tests.analytics.detection.correlations import naive
from tests.analytics.detection.correlations.naive import Hit

START = datetime(2026, 11, 23, tzinfo=UTC)
SPAN = timedelta(minutes=10)
ALWAYS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
RULES = ("a", "b", "c")
FEW, MANY = 60, 3_000  # examples


def correlation(kind: Kind, *bounds: Bound, **more: Any) -> Correlation:
    """A correlation over ten minutes, by user."""
    told: dict[str, Any] = {
        "id": "correlated",
        "version": "1",
        "names": frozenset(),
        "title": "Correlated",
        "severity": Severity.HIGH,
        "confidence": 0.5,
        "tags": (),
        "tactics": (),
        "path": Path("correlated.yml"),
        "description": "",
        "falsepositives": (),
        "object": None,
        "rules": RULES,
        "group_by": ("user",),
        "timespan": SPAN,
        **more,
    }
    return Correlation(kind=kind, bounds=bounds, **told)


def table(hits: Sequence[Hit]) -> pa.Table:
    """The hits in this order."""
    names = sorted({name for hit in hits for name in hit.fields})
    rows = [
        {"rule": hit.rule, "event": hit.event, "time": hit.time}
        | {"account": f"unix:{hit.fields.get('user')}"}
        | {FIELD + name: hit.fields.get(name) for name in names}
        for hit in hits
    ]
    schema = COLUMNS
    for name in names:
        schema = schema.append(pa.field(FIELD + name, pa.string()))
    return joined([pa.Table.from_pylist(rows, schema)])


def at(minute: float, rule: str = "a", user: str = "ana", **fields: str) -> Hit:
    """A hit of an event of its own."""
    time = START + timedelta(minutes=minute)
    return Hit(rule, f"{rule}{user}{minute}{fields}", time, {"user": user, **fields})


def found(asked: Correlation, *hits: Hit) -> list[Correlated]:
    return correlate([asked], table(hits), *ALWAYS)


def minutes(alerts: Sequence[Correlated]) -> list[float]:
    """When the conditions first held."""
    return [(one.alert.time - START) / timedelta(minutes=1) for one in alerts]


def test_events_are_counted_within_the_timespan_both_ends_included() -> None:
    three = correlation(Kind.EVENT_COUNT, Bound("greater_equal", 3), rules=("a",))
    assert minutes(found(three, at(0), at(5), at(10))) == [10]
    assert minutes(found(three, at(0), at(5), at(10.01))) == []


def test_each_group_is_counted_by_itself_and_who_lacks_a_value_is_in_none() -> None:
    two = correlation(Kind.EVENT_COUNT, Bound("greater_equal", 2), rules=("a",))
    (alert,) = found(two, at(0), at(1, user="ben"), at(2))
    assert alert.group == {"user": "ana"}
    nobody = [Hit("a", str(n), START, {}) for n in range(5)]
    assert found(two, *nobody) == []


def test_an_event_that_two_rules_match_is_one_event() -> None:
    two = correlation(Kind.EVENT_COUNT, Bound("greater_equal", 2), rules=("a", "b"))
    same = [Hit(rule, "e", START, {"user": "ana"}) for rule in ("a", "b")]
    assert found(two, *same) == []
    assert minutes(found(two, *same, at(3))) == [3]


def test_what_goes_on_is_one_alert_and_after_a_pause_another() -> None:
    two = correlation(Kind.EVENT_COUNT, Bound("greater_equal", 2), rules=("a",))
    alerts = found(two, *map(at, (0, 1, 2, 3, 12, 13, 40, 41)))
    assert minutes(alerts) == [1, 41]
    assert [(one.count, len(one.events)) for one in alerts] == [(2, 2), (2, 2)]
    assert [one.begun for one in alerts] == [START, START + timedelta(minutes=40)]


def test_a_range_of_counts_has_two_bounds() -> None:
    some = correlation(Kind.EVENT_COUNT, Bound("greater", 1), Bound("less_equal", 3), rules=("a",))
    assert minutes(found(some, *map(at, (0, 1)))) == [1]


def test_values_are_counted_once_each() -> None:
    two = correlation(Kind.VALUE_COUNT, Bound("greater_equal", 2), rules=("a",), fields=("host",))
    hits = [at(0, host="h1"), at(1, host="h1"), at(2), at(3, host="h2")]
    assert minutes(found(two, *hits)) == [3]


def test_values_of_several_fields_are_counted_together() -> None:
    three = correlation(
        Kind.VALUE_COUNT, Bound("greater_equal", 3), rules=("a",), fields=("host", "port")
    )
    hits = [at(n, host=host, port=port) for n, (host, port) in enumerate(("11", "12", "21", "11"))]
    assert minutes(found(three, *hits)) == [2]


def test_sums_means_and_percentiles_leave_out_what_is_no_number() -> None:
    hits = [at(n, size=size) for n, size in enumerate(("10", "x", "20", "1e2"))]
    hits.append(at(3.5))
    for kind, bound, when in (
        (Kind.VALUE_SUM, 130, [3]),
        (Kind.VALUE_AVG, 43, [3]),
        (Kind.VALUE_MEDIAN, 20, [3]),
        (Kind.VALUE_PERCENTILE, 84, [3]),
    ):
        asked = correlation(
            kind,
            Bound("greater_equal", bound),
            rules=("a",),
            fields=("size",),
            percentile=90 if kind is Kind.VALUE_PERCENTILE else 50,
        )
        assert minutes(found(asked, *hits)) == when, kind


def test_temporal_asks_for_all_rules_in_any_order() -> None:
    all_three = correlation(Kind.TEMPORAL, Bound("greater_equal", 3))
    assert minutes(found(all_three, at(0, "c"), at(4, "a"), at(9, "b"))) == [9]
    assert found(all_three, at(0, "c"), at(4, "a"), at(10.5, "b")) == []
    assert found(all_three, at(0, "c"), at(4, "a"), at(9, "b", "ben")) == []


def test_ordered_asks_for_the_order_in_which_rules_are_named() -> None:
    ordered = correlation(Kind.TEMPORAL_ORDERED, Bound("greater_equal", 3))
    assert minutes(found(ordered, at(0, "a"), at(4, "b"), at(9, "c"))) == [9]
    assert found(ordered, at(0, "c"), at(4, "b"), at(9, "a")) == []
    assert found(ordered, at(0, "a"), at(4, "b"), at(11, "c")) == []
    again = [at(0, "a"), at(4, "b"), at(8, "a"), at(9, "b"), at(17, "c")]
    assert minutes(found(ordered, *again)) == [17]


def test_what_has_one_time_may_have_happened_in_any_order() -> None:
    ordered = correlation(Kind.TEMPORAL_ORDERED, Bound("greater_equal", 3))
    assert minutes(found(ordered, at(5, "c"), at(5, "b"), at(5, "a"))) == [5]


def test_an_expression_may_ask_that_a_rule_has_not_matched() -> None:
    without = Joined("and", (Presence("a"), Joined("not", (Presence("b"),))))
    asked = correlation(Kind.TEMPORAL, rules=("a", "b"), expression=without)
    assert minutes(found(asked, at(0, "b"), at(5, "a"), at(11, "a"))) == [11]


def test_an_alias_is_another_field_in_each_rule() -> None:
    asked = correlation(
        Kind.TEMPORAL,
        Bound("greater_equal", 2),
        rules=("a", "b"),
        group_by=("ip",),
        aliases={"ip": {"a": "source", "b": "target"}},
    )
    assert minutes(found(asked, at(0, "a", source="1"), at(1, "b", target="1"))) == [1]
    assert found(asked, at(0, "a", source="1"), at(1, "b", source="1")) == []


def test_a_correlation_of_a_correlation_takes_what_that_one_groups_by() -> None:
    many = correlation(
        Kind.EVENT_COUNT, Bound("greater_equal", 3), id="many", rules=("a",), group_by=("host",)
    )
    then = correlation(
        Kind.TEMPORAL_ORDERED, Bound("greater_equal", 2), id="then", rules=("many", "b")
    )
    failures = [at(n, host="gpu03") for n in range(5)]
    alerts = correlate([then, many], table([*failures, at(9, "b")]), *ALWAYS)
    assert [
        (one.alert.rule, minute) for one, minute in zip(alerts, minutes(alerts), strict=True)
    ] == [
        ("many", 2),
        ("then", 9),
    ]


def test_who_counts_alerts_of_another_counts_each_run_once() -> None:
    two = correlation(Kind.EVENT_COUNT, Bound("greater_equal", 2), id="two", rules=("a",))
    twice = correlation(
        Kind.EVENT_COUNT,
        Bound("greater_equal", 2),
        id="twice",
        rules=("two",),
        timespan=timedelta(hours=2),
    )
    on_and_on = [at(n) for n in range(8)]
    later = [at(60), at(61)]
    assert [one.alert.rule for one in correlate([two, twice], table(on_and_on), *ALWAYS)] == ["two"]
    alerts = correlate([two, twice], table([*on_and_on, *later]), *ALWAYS)
    assert [one.alert.rule for one in alerts] == ["two", "two", "twice"]


BOUNDS = st.builds(
    Bound,
    st.sampled_from(("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")),
    st.integers(0, 4),
)
EXPRESSIONS = st.recursive(
    st.sampled_from([Presence(rule) for rule in RULES]),
    lambda inner: st.one_of(
        st.builds(lambda part: Joined("not", (part,)), inner),
        st.builds(
            lambda word, parts: Joined(word, tuple(parts)),
            st.sampled_from(("and", "or")),
            st.lists(inner, min_size=2, max_size=3),
        ),
    ),
    max_leaves=4,
)
HITS = st.lists(
    st.builds(
        lambda rule, event, user, value, other: Hit(
            rule,
            str(event),
            START + timedelta(minutes=event // 3),  # some have the same time
            {name: text for name, text in (("user", user), ("v", value), ("w", other)) if text},
        ),
        st.sampled_from(RULES),
        st.integers(0, 150),
        st.sampled_from(("ana", "ben", None)),
        st.sampled_from(("1", "2", "3", "none", None)),
        st.sampled_from(("1", "2", None)),
    ),
    unique_by=lambda hit: (hit.rule, hit.event),
    max_size=40,
)
CORRELATIONS = st.builds(
    lambda kind, bounds, rules, group_by, fields, expression, span, percentile: correlation(
        kind,
        *bounds,
        rules=RULES if expression and kind.is_temporal else rules,
        group_by=group_by,
        fields=fields if kind is Kind.VALUE_COUNT else fields[:1],
        expression=expression if kind.is_temporal else None,
        timespan=timedelta(minutes=span),
        percentile=percentile if kind is Kind.VALUE_PERCENTILE else 50,
        aliases={"either": {"a": "v", "b": "w"}},
    ),
    st.sampled_from(Kind),
    st.lists(BOUNDS, min_size=1, max_size=2),
    st.permutations(RULES).flatmap(
        lambda rules: st.integers(1, 3).map(lambda count: tuple(rules[:count]))
    ),
    st.sampled_from(((), ("user",), ("user", "w"), ("either",))),
    st.sampled_from((("v",), ("v", "w"), ("either",))),
    st.none() | EXPRESSIONS,
    st.integers(1, 20),
    st.integers(0, 100),
)


def keys(alerts: Sequence[Correlated]) -> set[tuple[tuple[str, ...], datetime, str]]:
    return {(tuple(one.group.values()), one.alert.time, one.alert.event) for one in alerts}


def as_specified(asked: Correlation, hits: list[Hit]) -> None:
    assert keys(correlate([asked], table(hits), *ALWAYS)) == naive.alerts(asked, hits, *ALWAYS)


def the_same_however_asked(
    asked: Correlation, hits: list[Hit], chance: Random, stretch: int
) -> None:
    whole = correlate([asked], table(hits), *ALWAYS)
    chance.shuffle(hits)
    assert correlate([asked], table(hits), *ALWAYS) == whole
    step, back = timedelta(minutes=stretch), reach(asked, {})
    parts: list[Correlated] = []
    for number in range(60 // stretch + 1):
        begin = START + number * step
        near = [hit for hit in hits if begin - back <= hit.time < begin + step]
        parts.extend(correlate([asked], table(near), begin, begin + step))
    assert keys(parts) == keys(whole)


RANDOM = st.randoms(use_true_random=False)


@settings(max_examples=FEW, deadline=None)
@given(CORRELATIONS, HITS)
def test_alerts_are_those_of_the_specification_read_hit_by_hit(
    asked: Correlation, hits: list[Hit]
) -> None:
    as_specified(asked, hits)


@settings(max_examples=FEW, deadline=None)
@given(CORRELATIONS, HITS, RANDOM, st.integers(1, 25))
def test_neither_the_order_of_hits_nor_the_stretches_that_are_asked_change_an_alert(
    asked: Correlation, hits: list[Hit], chance: Random, stretch: int
) -> None:
    the_same_however_asked(asked, hits, chance, stretch)


@pytest.mark.slow
@settings(max_examples=MANY, deadline=None)
@given(CORRELATIONS, HITS, RANDOM, st.integers(1, 25))
def test_both_hold_for_many_correlations(
    asked: Correlation, hits: list[Hit], chance: Random, stretch: int
) -> None:
    as_specified(asked, hits)
    the_same_however_asked(asked, hits, chance, stretch)
