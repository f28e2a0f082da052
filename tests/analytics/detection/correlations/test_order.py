"""Correlations equal what their specification says, whatever arrives when."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

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
from tests.analytics.detection.correlations import naive
from tests.analytics.detection.correlations.making import ALWAYS, RULES, START, correlation, table
from tests.analytics.detection.correlations.naive import Hit

FEW, MANY = 60, 3_000  # examples
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
