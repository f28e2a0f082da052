"""Values out of JSON that nobody checked."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.jsonlog import values

NOON = datetime(2026, 2, 10, 12, 0, 0, 250000, UTC)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    "told",
    [
        *("2026-02-10T12:00:00.25Z", "2026-02-10T13:00:00.250+01:00", "20260210T120000.25Z"),
        *(1770724800.25, 1770724800250, 1770724800250000, 1770724800250000000),
    ],
)
def test_a_time_may_be_iso_or_since_1970_in_any_unit(told: Any) -> None:
    assert values.time_of(told) == NOON


def test_a_time_without_a_zone_is_of_the_feeds() -> None:
    paris = values.time_of("2026-02-10 13:00:00.250", ZoneInfo("Europe/Paris"))
    assert paris == NOON


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("10.0.0.9", "10.0.0.9"),
        ("10.0.0.9:4711", "10.0.0.9"),
        ("[2001:db8::1]:22", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("a host", None),
        (None, None),
    ],
)
def test_an_address_may_have_a_port(told: Any, address: str | None) -> None:
    assert values.address(told) == address


@settings(deadline=None)
@given(ANYTHING)
def test_nothing_makes_them_raise(value: Any) -> None:
    values.text(value)
    values.number(value)
    values.known(value)
    values.time_of(value)
    values.address(value)
    values.objects(value)
    values.first(values.mapping(value), "a.b", "c")
    for name, text in values.labels(values.mapping(value)):
        (name + text).encode()
    values.written(value, "").encode()
