"""Lines of an accounting log as rows: which cells, which job a step is of, what is none."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from analytics.event import LONGEST_REJECTED, Batch, Context, Rejected, Source, table_of
from analytics.slurm import accounting
from analytics.slurm.table import Table, of_rows
from analytics.sources.slurm_sacct.columns import UNNAMED, Columns
from analytics.sources.slurm_sacct.steps import Steps

MOST_JOINED = 20  # lines of one row, whose job's name has line breaks
LONGEST_ROW = 1 << 16
SLASHES = re.compile(r"\b(\d\d)/\d\d/\d\d")
Read = tuple[list[int], list[str], Table]


@dataclass(slots=True)
class Rows:
    """Gathers lines; `take` turns them into events.

    A line that is too short for a row begins one that goes on behind a line break, if together
    they make sense.
    """

    context: Context
    source: Source
    columns: Columns | None
    head: Sequence[str] = ()
    numbers: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    size: int = 0  # of the texts
    rejected: list[Rejected] = field(default_factory=list)
    steps: Steps = field(default_factory=Steps)
    day_first: bool = False

    def __post_init__(self) -> None:
        """Notes whether the head has a date such as 20/02/2026."""
        dates = (match for text in self.head for match in SLASHES.finditer(text))
        self.day_first = any(int(match[1]) > 12 for match in dates)

    def extend(self, numbers: Iterable[int], texts: Sequence[str]) -> None:
        """Takes lines that are no headers."""
        self.numbers.extend(numbers)
        self.texts.extend(texts)
        self.size += sum(map(len, texts))

    def last(self) -> str:
        """The line that was taken last."""
        return self.texts[-1] if self.texts else ""

    def drop_last(self) -> tuple[int, str]:
        """Forgets the line that was taken last, which was a header, and gives it."""
        return self.numbers.pop(), self.texts.pop()

    def frame(self, number: int, text: str, *, goes_on: bool = False) -> None:
        """Takes a header, or what goes on with the one before."""
        if not self.context.framing.head(number, text.encode(), goes_on=goes_on):
            self.reject(number, "one of too many headers", text)

    def reject(self, number: int, reason: str, text: str) -> None:
        """Takes a line that is no row."""
        text = text[:LONGEST_REJECTED]
        self.rejected.append(Rejected(line=number, reason=reason, text=text))

    def take(self, *, more: bool = False) -> Iterator[Batch]:
        """The events of the lines so far; `more` says that the last row may go on."""
        read = self._usual() or self._unusual(more)
        rejected, self.rejected = self.rejected, []
        if read:
            numbers, originals, table = read
            table = self.steps.inherited(table)
            made = accounting.batch(table, originals, numbers, self.context, self.source)
            rejected = sorted([*made.rejected, *rejected], key=lambda line: line.line)
            yield Batch(events=made.events, rejected=tuple(rejected))
        elif rejected:
            events = table_of([], self.context, self.source)
            yield Batch(events=events, rejected=tuple(rejected))

    def _given(self) -> tuple[list[int], list[str]]:
        numbers, texts = self.numbers, self.texts
        self.numbers, self.texts, self.size = [], [], 0
        return numbers, texts

    def _usual(self) -> Read | None:
        """The lines as rows where each has the right cells, which nearly all have."""
        columns = self.columns
        if columns is None or columns.spans or not self.texts:
            return None
        parts = pc.split_pattern(pa.array(self.texts, pa.string()), columns.delimiter)
        widths = pc.unique(pc.list_value_length(parts)).to_pylist()
        width = len(columns.names)
        if widths == [width]:
            table = Table(columns.names, parts.flatten(), self.day_first)
        elif widths == [width + 1] and (columns.closed is not False or len(self.texts) > 1):
            # `sacct -p` ends rows with the delimiter
            table = Table((*columns.names, UNNAMED), parts.flatten(), self.day_first)
            if table.distinct(UNNAMED) != [""]:
                return None
        else:
            return None
        return (*self._given(), table) if columns.all_sensible(table) else None

    def _unusual(self, more: bool) -> Read | None:
        """The lines as rows, each looked at."""
        numbers, texts = self._given()
        if self.columns is None:
            for number, text in zip(numbers, texts, strict=True):
                self.reject(number, "no header, and unknown columns", text)
            return None
        read = list(self._read(numbers, texts, self.columns, more))
        if not read:
            return None
        at, originals, rows = (list(column) for column in zip(*read, strict=True))
        return at, originals, of_rows(self.columns.names, rows, self.day_first)

    def _read(
        self, numbers: list[int], texts: list[str], columns: Columns, more: bool
    ) -> Iterator[tuple[int, str, list[str]]]:
        """Each row's first line, text and cells."""
        place, count = 0, len(texts)
        while place < count:
            found, used = _rows(texts, place, columns)
            if not found:
                if more and count - place <= MOST_JOINED and columns.is_short(texts[place]):
                    # the rest of it may come
                    self.numbers, self.texts = numbers[place:], texts[place:]
                    return
                self.reject(numbers[place], "not a row of these columns", texts[place])
            for whole, row in found:
                yield numbers[place], whole, row
            place += used


def _rows(
    texts: Sequence[str], place: int, columns: Columns
) -> tuple[list[tuple[str, list[str]]], int]:
    """The rows that a line, or a few from there on, make; and how many lines that took."""
    whole = texts[place]
    if glued := columns.parted(whole):
        return [(whole, cells) for cells in glued], 1
    if cells := columns.cells(whole):
        return [(whole, cells)], 1
    if not columns.is_short(whole):
        return [], 1
    for used, more in enumerate(texts[place + 1 : place + MOST_JOINED], 2):
        whole = f"{whole}\n{more}"
        if len(whole) > LONGEST_ROW or columns.cells(more):
            break
        if cells := columns.cells(whole):
            return [(whole, cells)], used
    return [], 1
