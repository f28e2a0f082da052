"""Which columns an accounting log has: by its header, as told, or by an unmistakable shape."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from analytics.slurm.table import Table
from analytics.slurm.times import NOWHEN, STANDARD, Clock, time_of
from analytics.slurm.values import DURATION, EXIT, JOB, exit_of, state_of

HEADER = re.compile(
    r"(?=.*\bjobid\b)[a-z]\w*([^\w\s\"'{}<>]{1,3}|\t)(?:[a-z]\w*\1)+(?:[a-z]\w*)?", re.IGNORECASE
)
RULER = re.compile(r"-{2,}(?: -{2,})+ *")
START = re.compile(r"\d+(?:\+\d+)?(?:_\d+|_\[[^\]]*\])?(?:\.\w+)?(\W)")
LAST_JOB = re.compile(r"\d{1,19}(?:_(?:\d{1,19}|\[[^\]]*\]))?(?:\+\d+)?(?:\.\w+)?$")
DELIMITERS = "|☃\t;,^~!"
NEEDED = ("JobID", "State")
UNNAMED = "-"
SUBMITS = re.compile(r"(?:\S*/)?(?:sbatch|srun|salloc|scrontab)\b")
# What may hold the delimiter itself, or a line break.
FREE_TEXT = (
    *("jobname", "submitline", "comment", "admincomment", "systemcomment", "workdir", "extra"),
    *("reason", "constraints", "stdout", "stderr", "stdin"),
)

# Calls of sacct without a header that are known, by who makes them. A dash is a column whose name
# is not known.
KNOWN = {
    "XDMoD": "jobid jobidraw cluster partition qos account group gid user uid submit eligible "
    "start end elapsed exitcode state nnodes ncpus reqcpus reqmem reqtres alloctres timelimit "
    "nodelist jobname",
    # before Slurm had a column for the QOS asked for, and before TRES
    "older XDMoD": "jobid jobidraw cluster partition account group gid user uid submit eligible "
    "start end elapsed exitcode state nnodes ncpus reqcpus reqmem reqtres alloctres timelimit "
    "nodelist jobname",
    "hb-jobinfo": "jobid jobname user partition nodelist nnodes ncpus ntasks state submit start "
    "end timelimit elapsed totalcpu cputime usercpu systemcpu reqmem - - reqtres alloctres "
    + "- "
    * 15,
}
COUNT = re.compile(r"\d*")
LIMIT = re.compile(DURATION.pattern + r"|UNLIMITED|Partition_Limit|INVALID|Unknown|")
RESOURCES = re.compile(r"(?:[\w/:.-]+=[^=,]*(?:,[\w/:.-]+=[^=,]*)*)?,?")
ANY_TIME = Clock(UTC, datetime(2026, 1, 1, tzinfo=UTC))


def _is_job(text: str) -> bool:
    return (text.isascii() and text.isdigit()) or JOB.fullmatch(text) is not None


def _is_time(text: str) -> bool:
    usual = len(text) == 19 and text[10] == "T" and text[4] == "-"
    return usual or text in NOWHEN or time_of(text, ANY_TIME) is not None


def _is_exit(text: str) -> bool:
    return not text or exit_of(text)[0] is not None


def _is_state(text: str) -> bool:
    return state_of(text) is not None


MOMENTS = ("submit", "start", "end")
USUAL = dict.fromkeys(MOMENTS, f"{STANDARD}|^(Unknown|None)$") | dict.fromkeys(
    ("jobid", "jobidraw"), r"^\d{1,19}(_\d{1,19})?(\+\d+)?(\.\w+)?$"
)


def _all_match(texts: pa.Array, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(texts, pattern)).as_py())


CHECKS: Mapping[str, Callable[[str], bool]] = {
    "jobid": _is_job,
    "jobidraw": _is_job,
    "state": _is_state,
    "exitcode": _is_exit,
} | dict.fromkeys(MOMENTS, _is_time)
SHAPES: Mapping[str, Callable[[str], object]] = {
    **CHECKS,
    **dict.fromkeys(("gid", "uid", "nnodes", "ncpus", "reqcpus", "ntasks"), COUNT.fullmatch),
    **dict.fromkeys(("elapsed", "timelimit", "totalcpu", "cputime", "usercpu"), LIMIT.fullmatch),
    **dict.fromkeys(("reqtres", "alloctres"), RESOURCES.fullmatch),
    **{"eligible": _is_time, "exitcode": EXIT.fullmatch},
}


@dataclass(slots=True)
class Columns:
    """Names (lower case) in order, and what stands between the cells, or where they stand.

    `closed` says whether the header ended with the delimiter, as all rows do then (`sacct -p`).
    """

    names: tuple[str, ...]
    delimiter: str
    spans: tuple[slice, ...] = ()
    closed: bool | None = None
    places: dict[str, int] = field(init=False)
    checks: list[tuple[int, Callable[[str], bool]]] = field(init=False)

    def __post_init__(self) -> None:
        """Finds the columns that tell whether a row makes sense."""
        self.places = {name: place for place, name in enumerate(self.names)}
        self.checks = [(self.places[name], fits) for name, fits in CHECKS.items() if name in self]

    def __contains__(self, name: str) -> bool:
        """Whether there is such a column."""
        return name in self.places

    def cells(self, line: str) -> list[str] | None:
        """A line's cells, or None where they cannot be told apart.

        A job's name may hold the delimiter: the cells too many are given back to the one free
        text with which the others make sense.
        """
        if self.spans:
            cells = [line[span].strip() for span in self.spans]
            return cells if self.sensible(cells) else None
        cells = line.split(self.delimiter)
        if len(cells) > len(self.names) and not cells[-1] and not self._is_open(cells):
            cells.pop()
        spare = len(cells) - len(self.names)
        if spare < 0:
            return None
        if spare == 0:
            return cells if self.sensible(cells) else None
        fitting = [joined for joined in self._joined(cells, spare) if self.sensible(joined)]
        return next(filter(self._submits, fitting), next(iter(fitting), None))

    def _is_open(self, cells: list[str]) -> bool:
        """Whether an empty cell at the end is one, rather than what stands behind the last.

        Where the header does not tell, one that is too many is none. Below an open one it is
        none where otherwise no free text but the last column's could hold the delimiter.
        """
        if self.closed:
            return False
        spare = len(cells) - len(self.names)
        if self.closed is None:
            return spare > 1
        inner = (one for one in self._joined(cells, spare) if not one[-1])
        return any(self.sensible(one) and self._submits(one) for one in inner)

    def _joined(self, cells: list[str], spare: int) -> Iterator[list[str]]:
        """The cells with those too many given back to each of the free texts in turn."""
        for name in FREE_TEXT:
            if name in self.places:
                at = self.places[name]
                whole = self.delimiter.join(cells[at : at + spare + 1])
                yield [*cells[:at], whole, *cells[at + spare + 1 :]]

    def _submits(self, cells: Sequence[str]) -> bool:
        """Whether the command of submission, if any, is one."""
        at = self.places.get("submitline")
        return at is None or not cells[at] or SUBMITS.match(cells[at]) is not None

    def sensible(self, cells: Sequence[str]) -> bool:
        """Whether job, state, times and exit code look like what they are."""
        return all(fits(cells[at]) for at, fits in self.checks)

    def all_sensible(self, table: Table) -> bool:
        """Whether each row is sensible; its columns are asked, which is quicker."""
        return all(
            (name in USUAL and _all_match(table.column(name), USUAL[name]))
            or all(map(fits, table.distinct(name)))
            for name, fits in CHECKS.items()
            if name in self.places
        )

    def is_short(self, line: str) -> bool:
        """Whether the line may be the beginning of a row with a line break in it."""
        count = line.count(self.delimiter)
        begins = self.names[0] != "jobid" or START.match(line) is not None
        return 0 < count < len(self.names) - 1 and begins and not self.spans

    def parted(self, line: str) -> list[list[str]] | None:
        """The cells of two rows that one line holds, None where it does not."""
        cells, size = line.split(self.delimiter), len(self.names)
        if len(cells) == 2 * size + 1 and not cells[-1]:
            return self._both(cells[:size], cells[size:-1])
        if len(cells) != 2 * size - 1 or self.names[0] != "jobid":
            return None
        glued = cells[size - 1]
        match = LAST_JOB.search(glued[-200:])
        if not match:
            return None
        first = len(glued) - len(match[0])
        for at in range(first, len(glued)):
            pair = ([*cells[: size - 1], glued[:at]], [glued[at:], *cells[size:]])
            if found := self._both(*pair):
                return found
        return None

    def _both(self, one: list[str], other: list[str]) -> list[list[str]] | None:
        raw = self.places.get("jobidraw")
        told = raw is None or other[raw] == other[0] or not other[0].isdigit()
        return [one, other] if told and self.sensible(one) and self.sensible(other) else None


def _enough(names: Sequence[str]) -> bool:
    return all(name.lower() in names for name in NEEDED)


def of_header(line: str) -> Columns | None:
    """The columns that a header names, None where the line is no header."""
    match = HEADER.fullmatch(line[:4096])
    if not match:
        return None
    names = tuple(name.lower() for name in line.split(match[1]) if name)
    closed = line.endswith(match[1])
    return Columns(names, match[1], closed=closed) if _enough(names) else None


def of_ruler(header: str, ruler: str) -> Columns | None:
    """The columns of a table with a line of dashes below its header, as `sacct` prints for eyes."""
    if not RULER.fullmatch(ruler[:4096]):
        return None
    spans = tuple(slice(*match.span()) for match in re.finditer(r"-+", ruler))
    names = tuple(header[span].strip().lower() for span in spans)
    return Columns(names, " ", spans) if _enough(names) else None


def of_names(names: Sequence[str], line: str) -> Columns | None:
    """The columns somebody told us, with the delimiter that fits the first line."""
    names = tuple(name.strip().partition("%")[0].lower() for name in names)
    match = START.match(line) if names[:1] == ("jobid",) else None
    fitting = [mark for mark in DELIMITERS if line.count(mark) >= len(names) - 1]
    delimiter = match[1] if match else next(iter(fitting), None)
    return Columns(names, delimiter) if delimiter and _enough(names) else None


def of_shape(lines: Sequence[str]) -> Columns | None:
    """The columns of a known call of sacct, where the lines have the shape of its rows."""
    match = START.match(lines[0]) if lines else None
    if not match:
        return None
    rows = [line.split(match[1]) for line in lines]
    for call in KNOWN.values():
        names = tuple(call.split())
        if _fits(rows[0], names) and sum(_fits(row, names) for row in rows) >= 0.9 * len(rows):
            return Columns(names, match[1])
    return None


def _fits(row: Sequence[str], names: Sequence[str]) -> bool:
    if len(row) != len(names):
        return False
    shaped = ((SHAPES.get(name), cell) for name, cell in zip(names, row, strict=True))
    return all(fits(cell) for fits, cell in shaped if fits is not None)
