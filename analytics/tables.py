"""Tables that a site writes by hand or exports: rows, and what is wrong with which line."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a line of a file."""

    line: int
    reason: str

    def __str__(self) -> str:
        """As people read it."""
        return f"line {self.line}: {self.reason}"


@dataclass(frozen=True)
class Table(Generic[T]):
    """What a file holds: each row behind the number of its (last) line, and its problems."""

    rows: list[tuple[int, T]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(text: str, needed: Iterable[str], make: Callable[[Row], T]) -> Table[T]:
    """The rows of a CSV file with a header; its columns' names count in lower case.

    `make` says what a row is, and raises ValueError where it is nothing. Never raises; a file
    whose quoting breaks is read up to there.
    """
    table: Table[T] = Table()
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), restval="", strict=True)
    try:
        names = [name.strip().lower() for name in reader.fieldnames or ()]
        reader.fieldnames = names
        missing = set(needed) - set(names)
        if missing:
            reason = f"no column {', '.join(sorted(missing))}"
            return Table(problems=[Problem(1, reason)])
        for row in reader:
            _add(table, reader.line_num, row, make)
    except csv.Error as error:
        table.problems.append(Problem(reader.reader.line_num, str(error)))
    return table


def _add(table: Table[T], line: int, row: dict[str, str], make: Callable[[Row], T]) -> None:
    cells = {name: cell.strip() for name, cell in row.items() if isinstance(cell, str) and name}
    try:
        if any("\x00" in cell for cell in cells.values()):
            raise ValueError("a value holds a NUL")
        table.rows.append((line, make(cells)))
    except ValueError as error:
        table.problems.append(Problem(line, str(error)))


def lines(text: str) -> Iterator[tuple[int, str]]:
    """The numbered lines of a file that are neither empty nor a comment."""
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line.rstrip("\r")
