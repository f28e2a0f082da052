"""Times by the column are the times that readers make of each of them."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.jsonlog.moments import dressed, isoformats, moments
from analytics.jsonlog.values import time_of

MILLENNIUM = datetime(2000, 1, 1)  # noqa: DTZ001
WRITTEN = st.timedeltas(timedelta(days=-4000), timedelta(days=36_000)).flatmap(
    lambda since: st.sampled_from(
        [
            f"{(MILLENNIUM + since).isoformat()}Z",
            f"{(MILLENNIUM + since).isoformat(timespec='milliseconds')}+05:30",
            f"{(MILLENNIUM + since).isoformat('_', 'seconds')}-0700",
            f"{(MILLENNIUM + since).isoformat(timespec='microseconds')}789Z",
            "soon",
        ]
    )
)


@given(st.lists(WRITTEN, min_size=1, max_size=8))
def test_a_column_of_times_is_read_as_each_of_them_is(written: list[str]) -> None:
    read = moments(pa.array(written))
    assert read.to_pylist() == [time_of(text) for text in written]
    iso = [time.isoformat() if (time := time_of(text)) else None for text in written]
    assert isoformats(read).to_pylist() == iso


@pytest.mark.parametrize(
    "like",
    ["2026-02-20T08:00:00Z", "2026-02-20_08:00:00.5-0700", "2026-02-20T08:00:00+01:00"],
)
def test_a_time_is_dressed_as_another_but_never_as_python_writes_it(like: str) -> None:
    written, moment = dressed(datetime(2026, 1, 1, tzinfo=UTC), like)
    assert time_of(written) == moment
    assert moment.isoformat() not in written
    assert ("_" in written) == ("_" in like)
    assert (":" in written[-3:]) == (":" in like[-3:] or like.endswith("Z"))


@given(st.lists(st.integers(10**12, 10**13 - 1), min_size=1, max_size=8))
def test_seconds_with_three_digits_behind_the_point_are_read_to_the_millisecond(
    counts: list[int],
) -> None:
    written = [f"{count // 1000}.{count % 1000:03}" for count in counts]
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    assert moments(pa.array(written)).to_pylist() == [
        epoch + timedelta(milliseconds=count) for count in counts
    ]
    assert moments(pa.array([*written, "1771574400.5"]))[-1].as_py() == time_of(1771574400.5)
