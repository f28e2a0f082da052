"""Which columns an accounting log has: by its header, as told, or by an unmistakable shape."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analytics.sources.slurm_sacct.values import DURATION, EXIT, JOB, TIME

HEADER = re.compile(
    r"(?=.*\bjobid\b)[a-z]\w*([^\w\s\"'{}<>]{1,3}|\t)(?:[a-z]\w*\1)+(?:[a-z]\w*)?", re.IGNORECASE
)
STATE = re.compile(r"([A-Z][A-Z_]*)(?: by (\d{1,19}))?\+?")
START = re.compile(r"\d+(?:\+\d+)?(?:_\d+|_\[[^\]]*\])?(?:\.\w+)?(\W)")
DELIMITERS = "|☃\t;,^~!"
NEEDED = frozenset({"jobid", "state"})
# What may hold the delimiter itself.
FREE_TEXT = ("jobname", "submitline", "comment", "admincomment", "systemcomment", "workdir")

# Calls of sacct without a header that are known, by who makes them. A dash is a column whose name
# is not known.
KNOWN = {
    "XDMoD": "jobid jobidraw cluster partition qos account group gid user uid submit eligible "
    "start end elapsed exitcode state nnodes ncpus reqcpus reqmem reqtres alloctres timelimit "
    "nodelist jobname",
    "hb-jobinfo": "jobid jobname user partition nodelist nnodes ncpus ntasks state submit start "
    "end timelimit elapsed totalcpu cputime usercpu systemcpu reqmem - - reqtres alloctres "
    + "- "
    * 15,
}
COUNT = re.compile(r"\d*")
LIMIT = re.compile(DURATION.pattern + r"|UNLIMITED|Partition_Limit|INVALID|Unknown|")
KNOWN_TIME = re.compile(TIME.pattern + r"|Unknown|None|")
RESOURCES = re.compile(r"(?:[\w/:.-]+=[^=,]*(?:,[\w/:.-]+=[^=,]*)*+)?,?")
SHAPES = (
    dict.fromkeys(("gid", "uid", "nnodes", "ncpus", "reqcpus", "ntasks"), COUNT)
    | dict.fromkeys(("submit", "eligible", "start", "end"), KNOWN_TIME)
    | dict.fromkeys(("elapsed", "timelimit", "totalcpu", "cputime", "usercpu"), LIMIT)
    | dict.fromkeys(("reqtres", "alloctres"), RESOURCES)
    | {"jobid": JOB, "jobidraw": JOB, "exitcode": EXIT, "state": STATE}
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Names (lower case) in order, and what stands between the cells."""

    names: tuple[str, ...]
    delimiter: str

    def cells(self, line: str) -> dict[str, str] | None:
        """A line's cells by column, or None where they cannot be told apart.

        A job's name may hold the delimiter: the cells too many are given back to the one free
        text with which the others make sense.
        """
        cells = line.split(self.delimiter)
        if len(cells) == len(self.names) + 1 and not cells[-1]:
            cells.pop()
        spare = len(cells) - len(self.names)
        if spare < 0:
            return None
        if spare == 0:
            found = dict(zip(self.names, cells, strict=True))
            return found if sensible(found) else None
        for text in FREE_TEXT:
            if text in self.names:
                at = self.names.index(text)
                whole = self.delimiter.join(cells[at : at + spare + 1])
                joined = [*cells[:at], whole, *cells[at + spare + 1 :]]
                found = dict(zip(self.names, joined, strict=True))
                if sensible(found):
                    return found
        return None


def sensible(cells: dict[str, str]) -> bool:
    """Whether job, state, times and exit code look like what they are."""
    checked = ("jobid", "jobidraw", "state", "submit", "start", "end", "exitcode")
    return all(
        SHAPES[name].fullmatch(cells[name]) or (name == "exitcode" and not cells[name])
        for name in checked
        if name in cells
    )


def of_header(line: str) -> Columns | None:
    """The columns that a header names, None where the line is no header."""
    match = HEADER.fullmatch(line[:4096])
    if not match:
        return None
    names = tuple(name.lower() for name in line.split(match[1]) if name)
    return Columns(names, match[1]) if set(names) >= NEEDED else None


def of_names(names: Sequence[str], line: str) -> Columns | None:
    """The columns somebody told us, with the delimiter that fits the first line."""
    names = tuple(name.strip().lower() for name in names)
    match = START.match(line) if names[:1] == ("jobid",) else None
    fitting = [mark for mark in DELIMITERS if line.count(mark) >= len(names) - 1]
    delimiter = match[1] if match else next(iter(fitting), None)
    return Columns(names, delimiter) if delimiter and set(names) >= NEEDED else None


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
    return all(shape.fullmatch(cell) for shape, cell in shaped if shape is not None)
