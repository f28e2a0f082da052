"""Finds the logs among files and folders; whatever is none is told with the reason."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CONTEXT = "import it with manage.py import"
NO_LOGS = {
    "people.csv": CONTEXT,
    "resources.csv": CONTEXT,
    "hosts.csv": CONTEXT,
    "oncall.csv": CONTEXT,
    "leave.csv": CONTEXT,
    "incidents.csv": CONTEXT,
    "watchlist.csv": CONTEXT,
    "truth.json": "the truth of a simulation, no log",
}
KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISDIR, "a link to a folder"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A path as it was given or found; `reason` says why it cannot be a log, else None."""

    path: Path
    size: int = 0
    reason: str | None = None


def find(given: Path) -> Iterator[Found]:
    """The file itself, or each file below the folder, in order; links to folders are not gone
    into. Raises FileNotFoundError where there is nothing."""
    given.lstat()
    if given.is_dir():
        yield from _below(given)
    else:
        yield _look_at(given)


def _below(folder: Path) -> Iterator[Found]:
    refused: list[Found] = []

    def refuse(error: OSError) -> None:
        refused.append(Found(Path(error.filename), reason=_reason(error)))

    for place, folders, files in os.walk(folder, onerror=refuse):
        yield from refused
        refused.clear()
        folders.sort()
        links = [name for name in folders if Path(place, name).is_symlink()]
        for name in sorted([*files, *links]):
            yield _look_at(Path(place, name))
    yield from refused


def _look_at(path: Path) -> Found:
    try:
        status = path.stat()
    except OSError as error:
        return Found(path, reason=_reason(error))
    for is_kind, name in KINDS:
        if is_kind(status.st_mode):
            return Found(path, reason=name)
    return Found(path, status.st_size, NO_LOGS.get(path.name))


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
