"""The processes of system calls that are alike, by columns: who they are, and whose children."""

import re
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.auditing.actors import Descent
from analytics.auditing.processes import LAUNCHERS
from analytics.jsonlog.alike import Alike
from analytics.jsonlog.forms import Form
from analytics.jsonlog.lined import Block
from analytics.sources.laurel.rows import STAMP

STAMPED = f"^{STAMP.pattern}$"
NUMBER = r"^(?:0|[1-9][0-9]{0,9})$"
LAUNCHER = f"(?:^|/)(?:{'|'.join(map(re.escape, sorted(LAUNCHERS)))})$"
KINDS = {"pid": "number", "ppid": "number", "comm": "text", "exe": "text"}
PERCENT, BY_NUMBER = ord("%"), re.compile(rb"\\u0025")


class Literal(Block):
    """Lines of which those with an escape of LAUREL's are odd: as it were, it stands for a byte."""

    def _note_strange(self, control: Any) -> None:
        super()._note_strange(control)
        self._note(np.flatnonzero(self.text == PERCENT))
        if self.escaped:
            self._note([found.start() for found in BY_NUMBER.finditer(self.data)])


class Group(NamedTuple):
    """Lines of one form, and of the process of each what decides on its descent."""

    alike: Alike
    prefixes: Any
    numbers: Any
    parents: Any
    launchers: Any

    @classmethod
    def of(cls, alike: Alike) -> "Group | None":
        """Those lines whose events have a stamp and whose processes have usual numbers; None
        where that cannot be told. Of a line that is rejected nothing is learnt."""
        pieces = _pieces(alike.form)
        if pieces is None:
            return None
        fit = _match(alike.column(pieces["ID"]), STAMPED)
        for name in ("pid", "ppid"):
            fit &= np.asarray(pc.match_substring_regex(alike.raw(pieces[name]), NUMBER))
        if not fit.any():
            return None
        alike = alike.only(fit)
        launchers = np.zeros(alike.size, bool)
        for name in ("comm", "exe"):
            launchers |= _match(alike.column(pieces[name]), LAUNCHER)
        nodes = alike.column(pieces["NODE"]).to_pylist() if "NODE" in pieces else [""] * alike.size
        numbers, parents = (alike.raw(pieces[n]).cast(pa.int64()) for n in ("pid", "ppid"))
        prefixes = np.array([node and f"node={node} " for node in nodes], object)
        return cls(alike, prefixes, np.asarray(numbers), np.asarray(parents), launchers)


def _pieces(form: Form) -> dict[str, int] | None:
    found = {leaf.path: leaf for leaf in form.leaves}
    pieces = {}
    for name, kind in KINDS.items():
        leaf = found.get(("SYSCALL", name))
        if leaf is None or leaf.kind != kind:
            return None
        pieces[name] = leaf.piece
    whose = [leaf for leaf in form.leaves if leaf.path[0] in ("ID", "NODE")]
    if any(len(leaf.path) > 1 or leaf.kind != "text" for leaf in whose):
        return None
    pieces |= {leaf.name: leaf.piece for leaf in whose}
    return pieces if "ID" in pieces else None


def _match(texts: pa.StringArray, pattern: str) -> Any:
    encoded = texts.dictionary_encode()
    told = np.asarray(pc.match_substring_regex(encoded.dictionary, pattern))
    return told[np.asarray(encoded.indices)]


class InOrder:
    """The processes of some groups of lines in the order of these, and which are in a job."""

    def __init__(self, groups: list[Group], descent: Descent) -> None:
        self._descent, self._at = descent, 0
        rows = [group.alike.rows for group in groups]
        joined = np.concatenate(rows) if rows else np.empty(0, np.int64)
        order = np.argsort(joined)
        self.rows = joined[order]
        self._columns = [
            np.concatenate([group[at] for group in groups])[order] if groups else np.empty(0)
            for at in range(1, 5)
        ]
        self.in_job = np.zeros(len(order), bool)

    def go_on(self, row: float) -> None:
        """Tells of all lines before a row which of them are in a job."""
        begin, self._at = self._at, int(np.searchsorted(self.rows, row))
        told = [column[begin : self._at] for column in self._columns]
        if self._descent.is_empty and not told[-1].any():
            return
        descends, lines = self._descent.descends, zip(*(one.tolist() for one in told), strict=True)
        self.in_job[begin : self._at] = [
            descends(prefix, number, parent, launcher=launcher)
            for prefix, number, parent, launcher in lines
        ]

    def of(self, rows: Any) -> Any:
        """Whether the processes of some of the lines are in a job."""
        return self.in_job[np.searchsorted(self.rows, rows)]
