"""What each kind of correlation finds in a few hits."""

from collections.abc import Sequence
from datetime import timedelta

from analytics.detection.correlations.alerts import Correlated, correlate
from analytics.detection.correlations.correlation import Bound, Correlation, Joined, Kind, Presence
from tests.analytics.detection.correlations.making import ALWAYS, START, at, correlation, table
from tests.analytics.detection.correlations.naive import Hit


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


def test_where_the_last_event_is_a_victims_the_alert_is_about_whoever_acted() -> None:
    told = {"rules": ("a", "b"), "group_by": ("file",), "actor": "a"}
    then = correlation(Kind.TEMPORAL_ORDERED, Bound("greater_equal", 2), **told)
    hits = [
        at(0, "a", user="ben", file="adamw.py"),
        at(1, "a", user="ana", file="adamw.py"),
        at(1, "a", user="cem", file="init.py"),
        at(2, "b", user="dora", file="adamw.py"),
    ]
    (alert,) = found(then, *hits)
    assert alert.alert.account == "unix:ana", "the last who changed it before it was loaded"
    assert alert.alert.event == hits[-1].event
    assert found(then, *reversed(hits)) == [alert]
