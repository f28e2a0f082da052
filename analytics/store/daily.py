"""Person-days of the lake: one Parquet file a day, replaced whole."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

EMPTY = pa.table({"day": pa.array([], pa.date32()), "person": pa.array([], pa.string())})
VALUES = pa.list_(pa.int64())


def joined(days: Mapping[date, pa.Table]) -> pa.Table:
    """The rows of several days, in order of day and person: `day`, `person`, then the features
    that any of them has, in order of name."""
    tables = [EMPTY]
    for day, rows in sorted(days.items()):
        if rows.num_rows:
            column = pa.repeat(pa.scalar(day, pa.date32()), rows.num_rows)
            tables.append(_in_order(rows).add_column(0, "day", column))
    table = pa.concat_tables(tables, promote_options="default")
    features = sorted(set(table.column_names) - {"day", "person"})
    return table.select(["day", "person", *features])


def _in_order(rows: pa.Table) -> pa.Table:
    """By person. As a rule they are so already, and rows of a quarter of a year are many."""
    names = rows["person"].combine_chunks()
    in_order = pc.all(pc.less_equal(names[:-1], names[1:])).as_py()
    return rows if in_order else rows.sort_by("person")


def checked(rows: pa.Table) -> pa.Table:
    """The rows with `person` as string and each feature as float64, null where no number, or as
    a list of int64.

    Raises ValueError for a person without a name or one who stands there twice.
    """
    person = rows["person"].cast(pa.string())
    if person.null_count or len(pc.unique(person)) != len(person):
        raise ValueError("each person has one row a day, with a name")
    columns = {"person": person}
    for name in rows.column_names:
        if name != "person":
            columns[name] = _checked(rows[name])
    return pa.table(columns)


def _checked(values: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_list(values.type):
        return values.cast(VALUES)
    numbers = values.cast(pa.float64())
    return pc.if_else(pc.is_finite(numbers), numbers, pa.scalar(None, pa.float64()))


class DailyFiles:
    """A folder with a file of rows for each day."""

    def __init__(self, folder: Path) -> None:
        """Opens nothing yet."""
        self._folder = folder

    def put(self, day: date, rows: pa.Table) -> None:
        """Replaces that day's rows at once: a reader sees the old ones or the new ones."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{day.isoformat()}.parquet"
        partial = path.with_suffix(f".{os.getpid()}.partial")
        with partial.open("wb") as file:
            pq.write_table(rows, file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)

    def read(
        self, since: date, until: date, columns: Sequence[str] | None = None
    ) -> dict[date, pa.Table]:
        """The rows of each day with since ≤ day < until that has some; of the features all, or
        those of `columns` that it has."""
        found = {}
        for path in self._folder.glob("*.parquet"):
            day = date.fromisoformat(path.stem)
            if since <= day < until:
                with suppress(FileNotFoundError):  # forgotten meanwhile
                    found[day] = _read(path, columns)
        return found

    def clear(self) -> None:
        """Removes all days."""
        for path in self._folder.glob("*.parquet"):
            path.unlink(missing_ok=True)


def _read(path: Path, columns: Sequence[str] | None) -> pa.Table:
    with pq.ParquetFile(path) as file:
        names = file.schema_arrow.names
        if columns is not None:
            wanted = {"person", *columns}
            names = [name for name in names if name in wanted]
        return file.read(names)
