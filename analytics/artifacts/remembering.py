"""What was looked into before, so that an unchanged file is not read again."""

import json
import os
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from analytics.artifacts.inspecting import SCANNER, Inspected
from analytics.artifacts.verdict import outcome_of

TABLES = """
CREATE TABLE IF NOT EXISTS file (
    identity TEXT PRIMARY KEY, sha256 TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS content (
    sha256 TEXT NOT NULL, role TEXT NOT NULL, scanner TEXT NOT NULL, outcome TEXT NOT NULL,
    PRIMARY KEY (sha256, role, scanner));
CREATE TABLE IF NOT EXISTS told (
    identity TEXT PRIMARY KEY, time TEXT NOT NULL);
"""


class Role(NamedTuple):
    """What beside its bytes decides about a file: its name and, of a configuration, the others."""

    name: str
    beside: frozenset[str] = frozenset()

    def written(self) -> str:
        """The same as one text."""
        names = "\n".join((self.name, *sorted(self.beside)))
        return os.fsencode(names).decode("utf-8", "backslashreplace")


class Memory:
    """A small database in a file; None keeps it for this run only. Raises sqlite3.Error."""

    def __init__(self, path: Path | None) -> None:
        """Opens it and makes its tables where they are missing."""
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._database = sqlite3.connect(path or ":memory:", timeout=30)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")  # no wait for the disk at each file
        self._database.executescript(TABLES)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Keeps what was learnt, also where the run was broken off."""
        self._database.commit()
        self._database.close()

    def sha256(self, status: os.stat_result) -> str | None:
        """The hash of a file whose place and times are those of one that was read."""
        row = self._database.execute(
            "SELECT sha256 FROM file WHERE identity = ?", (_identity(status),)
        ).fetchone()
        return row[0] if row else None

    def recall(self, sha256: str, role: Role) -> Inspected | None:
        """What this scanner found in the same bytes in the same role."""
        row = self._database.execute(
            "SELECT outcome FROM content WHERE sha256 = ? AND role = ? AND scanner = ?",
            (sha256, role.written(), SCANNER),
        ).fetchone()
        return Inspected(outcome=outcome_of(json.loads(row[0])), sha256=sha256) if row else None

    def learn(self, status: os.stat_result, role: Role, found: Inspected) -> None:
        """Keeps what was found."""
        self._database.execute(
            "INSERT OR REPLACE INTO file VALUES (?, ?)", (_identity(status), found.sha256)
        )
        self._database.execute(
            "INSERT OR REPLACE INTO content VALUES (?, ?, ?, ?)",
            (found.sha256, role.written(), SCANNER, json.dumps(found.outcome.written())),
        )
        self._database.commit()

    def first_told(self, identity: str, time: str) -> str:
        """When this verdict was first told: `time`, unless it was before."""
        self._database.execute("INSERT OR IGNORE INTO told VALUES (?, ?)", (identity, time))
        row = self._database.execute("SELECT time FROM told WHERE identity = ?", (identity,))
        return str(row.fetchone()[0])


def _identity(status: os.stat_result) -> str:
    """The change time among it cannot be set by a program, other than the modification time."""
    parts = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return ":".join(map(str, parts))
