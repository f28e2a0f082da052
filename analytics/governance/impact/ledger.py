"""What was written down of contents: which SHA-256 a file had when, and where else it was seen."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.governance.impact.asking import micro
from analytics.governance.impact.index import ByName, Rows

Suspected = Callable[[str, int], bool]  # whether a path was suspect at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What records say of a file since it was reached."""

    recorded: int
    changed: int  # with contents that were not known before the act
    overwritten: bool  # it had another content before
    restored: int | None  # since when it has a content again that was known before


class Ledger:
    """Records of contents; a record is told by its row in `table`."""

    def __init__(self, table: pa.Table) -> None:
        """`table` has at least the columns `asking.OF_HASHES`."""
        self.table = table
        self.times = micro(table["@timestamp"])
        self.paths = ByName(table["file.path"], self.times)
        self.contents = ByName(table["file.hash.sha256"], self.times)
        self.parents = ByName(self._label("parent"), self.times)
        self.parent_contents = ByName(self._label("parent_sha256"), self.times)
        self.jobs = ByName(table["job.id"], self.times)
        self._digests: list[str] = table["file.hash.sha256"].to_pylist()
        self._first: dict[str, int] = {}  # by content, the row of its first record
        for row in np.argsort(self.times, kind="stable")[::-1].tolist():
            self._first[self._digests[row]] = row
        self._suspected: Suspected = lambda path, time: False

    def _label(self, name: str) -> pa.Array:
        found = pc.map_lookup(self.table["labels"], name, "first")
        return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found

    def digest(self, row: int) -> str:
        """A record's SHA-256."""
        return self._digests[row]

    def doubt(self, suspected: "Suspected") -> None:
        """From now on a content is not known by a record of what was suspect by then."""
        self._suspected = suspected

    def known_before(self, digest: str | None, time: int) -> bool:
        """Whether that content was first recorded before a time, of a file that nothing had
        reached by then: no act that came later can have made it."""
        row = self._first.get(digest or "")
        if row is None or self.times[row] >= time:
            return False
        return not self._suspected(self.table["file.path"][row].as_py(), int(self.times[row]))

    def parent_digest(self, row: int) -> str | None:
        """The SHA-256 of what a record says its file was made from."""
        labels: Any = dict(self.table["labels"][row].as_py() or ())
        found: str | None = labels.get("parent_sha256")
        return found

    def of(self, path: str, since: int) -> Rows:
        """Records of a file, or of all in a folder, in order of time."""
        rows = np.concatenate((self.paths.at(path, since), self.paths.below(path, since)))
        return rows[np.argsort(self.times[rows], kind="stable")]

    def content(self, path: str, reached: int) -> Content:
        """What is known of the content of a file, or of all in a folder, since it was reached."""
        rows = self.of(path, 0).tolist()
        since = [row for row in rows if self.times[row] >= reached]
        dirty = [row for row in since if not self.known_before(self.digest(row), reached)]
        return Content(
            recorded=len(since),
            changed=len(dirty),
            overwritten=bool(dirty) and len(since) < len(rows),
            restored=self._restored(since, set(dirty)),
        )

    def _restored(self, rows: list[int], dirty: set[int]) -> int | None:
        """When the last of these files had a known content for good; None where one has not."""
        clean_since: dict[str, int | None] = {}
        for row in rows:  # in order of time
            path = self.table["file.path"][row].as_py()
            if row in dirty:
                clean_since[path] = None
            elif clean_since.get(path) is None:
                clean_since[path] = int(self.times[row])
        times = list(clean_since.values())
        return None if None in times or not times else max(time for time in times if time)
