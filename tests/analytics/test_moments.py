"""Days and times as they are written."""

from datetime import UTC, date, datetime

import pytest

from analytics.moments import day, end_of, in_utc, midnight, moment

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2026-11-03T12:00", "2026-11-03T12:00:00Z", "2026-11-03 14:00:00+02:00", "20261103T12"]
)
def test_a_time_is_in_utc_whatever_its_zone(text: str) -> None:
    assert in_utc(text) == moment(text) == NOON


@pytest.mark.parametrize("text", ["soon", "2026-11-31T12:00", "0001-01-01T00:00:00+02:00", "12:00"])
def test_what_is_no_time_or_none_that_utc_can_hold_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no (time|date)"):
        moment(text)
    with pytest.raises(ValueError, match="is no time"):
        in_utc(text)


def test_a_day_alone_is_its_first_moment_or_ends_with_its_last() -> None:
    named = date(2026, 11, 3)
    assert day("2026-11-03") == named
    assert moment("2026-11-03") == in_utc("2026-11-03") == midnight(named)
    assert moment("2026-11-03", ends=True) == end_of(named) == datetime(2026, 11, 4, tzinfo=UTC)


def test_nothing_is_no_day_and_the_last_day_of_all_has_no_end() -> None:
    assert (day(""), moment(None), end_of(None), end_of(date.max)) == (None, None, None, None)
