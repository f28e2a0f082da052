"""The files of a lake: which of them are read together."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from analytics.store.base import Question
from analytics.store.delta import FEW, STRETCH, EventFiles, File, periods, stretches, within
from analytics.store.lake import Lake
from analytics.store.query import OneOf
from tests.analytics.store.samples import event, table

MONTH = date(2026, 2, 1)
START = datetime(2026, 2, 1, tzinfo=UTC)


def file(name: str, first: float, last: float, size: int) -> File:
    """With events from one day of the month to another, counted from 0."""
    begin, end = (START + timedelta(days=days) for days in (first, last))
    return File(path=name, month=MONTH, size=size, first=begin, last=end)


def spans(files: list[File]) -> list[tuple[int, int]]:
    """The days of the month at which each period begins and ends."""
    found = []
    for one in periods(MONTH, files):
        assert one.since is not None
        assert one.until is not None
        found.append(((one.since - START).days, (one.until - START).days))
    return found


@pytest.mark.parametrize("size", [1, STRETCH // 3, STRETCH, STRETCH * 2])
def test_a_search_is_parted_without_gap_and_overlap(size: int) -> None:
    files = [file(str(n), n % 28, n % 28 + n % 3 / 2, size // (1 + n % 5)) for n in range(60)]
    files.append(file("wide", 0, 28, size))
    for since, until in ((None, None), (START + timedelta(days=3), START + timedelta(days=25))):
        parts = stretches(Question(since=since, until=until), files)
        assert (parts[0].until, parts[-1].since) == (until, since)
        assert all(newer.since == older.until for newer, older in pairwise(parts))
        assert all(one.since is None or one.until is None or one.since < one.until for one in parts)
        assert (len(parts) > 1) == (size > 1)


def test_small_files_of_a_month_are_read_at_once() -> None:
    assert spans([file("a", 3.5, 4.2, 10), file("b", 20, 27.9, 10)]) == [(3, 28)]


def test_days_with_many_bytes_are_read_alone() -> None:
    files = [file(str(day), day + 0.1, day + 0.9, FEW) for day in (0, 1, 2)]
    assert spans(files) == [(0, 1), (1, 2), (2, 3)]


def test_one_large_file_over_the_month_is_read_day_by_day() -> None:
    assert spans([file("a", 0, 27.9, FEW + 1)]) == [(day, day + 1) for day in range(28)]


def test_every_file_is_in_a_period_and_no_period_overlaps() -> None:
    files = [file(str(n), n % 28, n % 28 + n % 3 / 2, FEW // (1 + n % 5)) for n in range(60)]
    read = {path for one in periods(MONTH, files) for path in within(one, files)}
    assert read == {one.path for one in files}
    found = spans(files)
    assert all(end <= begin for (_, end), (begin, _) in pairwise(found))


@pytest.mark.parametrize("older_first", [True, False])
def test_events_are_known_also_beside_files_without_newer_columns(
    tmp_path: Path, older_first: bool
) -> None:
    lake, files = Lake(tmp_path), EventFiles(tmp_path / "events")
    old, new = table([event(1)]), table([event(2)])

    def add_as_before() -> None:
        with files.writing():
            files.add(old.drop_columns(["user.name", "message"]))

    for step in (add_as_before, lambda: lake.append(new))[:: 1 if older_first else -1]:
        step()
    known = lake.append(table([event(1), event(2), event(3)]))
    assert known.new.to_pylist() == [False, False, True]
    assert lake.count(Question()) == 3
    lake.close()


def test_each_part_of_a_file_can_be_asked_whether_an_id_may_be_in_it(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.append(table([event(number) for number in range(5)]))
    for change in (lambda: None, lambda: lake.erase(Question(query=OneOf("event.id", ("e0001",))))):
        change()
        files = [one.path for one in EventFiles(tmp_path / "events").live()]
        told = duckdb.sql(
            "SELECT path_in_schema AS name, bloom_filter_offset AS place"
            f" FROM parquet_metadata({files!r})"
        ).to_arrow_table()
        assert {row["name"] for row in told.to_pylist() if row["place"] is not None} == {"event.id"}
    assert lake.count(Question(query=OneOf("event.id", ("e0001", "e0002")))) == 1
