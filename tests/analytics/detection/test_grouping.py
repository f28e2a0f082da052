"""Which alerts are one group, and what a rule may say about it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from analytics.detection.grouping import firsts, span_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def at(*minutes: float) -> list[datetime]:
    return [NOON + timedelta(minutes=each) for each in minutes]


def test_a_group_goes_on_while_no_more_than_its_length_lies_between_two() -> None:
    hour = [timedelta(hours=1)] * 5
    assert firsts(at(0, 60, 120, 181, 181), hour) == [0, 0, 0, 3, 3]
    assert firsts([], []) == []


@given(some.lists(some.integers(0, 500), max_size=30))
def test_groups_are_the_longest_runs_without_a_pause(minutes: list[int]) -> None:
    times = at(*sorted(minutes))
    places = firsts(times, [timedelta(minutes=10)] * len(times))
    for place, first in enumerate(places):
        begins = place == 0 or times[place] - times[place - 1] > timedelta(minutes=10)
        assert (first == place) == begins
        assert first <= place


@pytest.mark.parametrize(
    ("text", "minutes"), [("30m", 30), ("1h", 60), ("1d", 1440), ("90s", 1.5), ("0s", 0)]
)
def test_a_length_of_time_is_read(text: str, minutes: float) -> None:
    assert span_of(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "1", "h", "2d", "25h", "-1h", "1.5h", "1w"])
def test_what_is_none_or_longer_than_a_day_is_none(text: str) -> None:
    assert span_of(text) is None
