"""Times as SLURM_TIME_FORMAT may have them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from analytics.slurm.times import Clock, instants, time_of

PARIS = Clock(ZoneInfo("Europe/Paris"), datetime(2026, 3, 4, 12, tzinfo=UTC))  # a Wednesday
MORNING = datetime(2026, 2, 20, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-20T08:00:00",
        "2026-02-20 08:00:00",
        "2026-02-20T02:00:00-0500",
        "2026-02-20T07:00:00Z",
        "2026-02-20T07:00:00.000+00:00",
        "1771570800",
        "1771570800.0",
        "1771570800000",
        "20260220T080000",
        "2026/02/20 08:00",
        "20.02.2026 08:00:00",
        "20/02/2026 08:00:00",
        "02/20/26 08:00:00",
        "02/20-08:00:00",
        "20 Feb 08:00",
        "Fri Feb 20 08:00:00 2026",
        "Fri 20 Feb 2026 08:00:00 AM",
        "ven. 20 févr. 2026 08:00:00",
        "Fr 20 Feb 2026 07:00:00 UTC",
    ],
)
def test_a_time_is_read_however_it_is_written(text: str) -> None:
    assert time_of(text, PARIS) == MORNING


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("11:30:05", datetime(2026, 3, 4, 10, 30, 5, tzinfo=UTC)),
        ("Ystday 20:13", datetime(2026, 3, 3, 19, 13, tzinfo=UTC)),
        ("Tomorr 03:22", datetime(2026, 3, 5, 2, 22, tzinfo=UTC)),
        ("Sat 02:17", datetime(2026, 3, 7, 1, 17, tzinfo=UTC)),
        ("18 Jun 13:14", datetime(2025, 6, 18, 11, 14, tzinfo=UTC)),
        ("19 Jan 2003", datetime(2003, 1, 18, 23, tzinfo=UTC)),
    ],
)
def test_relative_times_are_about_the_moment_of_receipt(text: str, time: datetime) -> None:
    assert time_of(text, PARIS) == time


def test_a_log_says_whether_the_day_comes_first() -> None:
    assert time_of("05/02/2026 08:00:00", PARIS) == datetime(2026, 5, 2, 6, tzinfo=UTC)
    swapped = PARIS._replace(day_first=True)
    assert time_of("05/02/2026 08:00:00", swapped) == datetime(2026, 2, 5, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *("", "Unknown", "None", "N/A", "0", "soon", "2026-02-30T08:00:00", "99:99:99", "1" * 5000),
        *("0000-01-01T00:00:00", "99999-01-01T00:00:00", "31/31/2026 08:00", "#######", "::"),
    ],
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert time_of(text, PARIS) is None
    assert instants(pa.array([text, "2026-02-20T08:00:00"]), PARIS).to_pylist() == [None, MORNING]


def test_hours_that_a_clock_leaves_out_or_has_twice_are_read() -> None:
    gap, twice = "2026-03-29T02:30:00", "2025-10-26T02:30:00"
    found = instants(pa.array([gap, twice, "1771570800"]), PARIS).to_pylist()
    assert found[1:] == [datetime(2025, 10, 26, 0, 30, tzinfo=UTC), MORNING]
    assert found[0] is not None
