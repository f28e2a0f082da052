"""The log files of a site: entries are put down in any order and written in order of time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Entry = tuple[float, int, T]  # moment, order of putting, what
NOTHING = ("", "", "")
Render = Callable[[list[Entry[T]]], Iterable[str]]


def _order(entry: Entry[Any]) -> tuple[float, int]:
    return entry[:2]


def as_it_is(entries: list[Entry[str]]) -> Iterable[str]:
    """The texts of entries."""
    return [text for _, _, text in entries]


@dataclass(slots=True, eq=False)
class Log(Generic[T]):
    """One file. `render` turns entries in order of time into a text each, with all line ends."""

    path: Path
    render: Render[T]
    head: str = ""
    separator: str = ""
    tail: str = ""
    kept: bool = True
    waiting: list[Entry[T]] = field(default_factory=list)
    order: int = 0
    records: int = 0

    def put(self, moment: float, what: T) -> None:
        """Takes an entry; nothing is written before the day ends, nor where the log is not kept."""
        if not self.kept:
            return
        self.waiting.append((moment, self.order, what))
        self.order += 1

    def write(self, until: float) -> None:
        """Writes what happened before `until`, a moment; what comes later stays."""
        due = sorted((entry for entry in self.waiting if entry[0] < until), key=_order)
        if not due:
            return
        self.waiting = [entry for entry in self.waiting if entry[0] >= until]
        first = not self.path.exists()
        if first:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        texts = list(self.render(due))
        if not texts:
            return
        with self.path.open("a", encoding="utf-8") as file:
            file.write(self.head if first else self.separator)
            file.write(self.separator.join(texts))
        self.records += len(texts)


@dataclass
class Logbook:
    """All log files below `root`, but none whose name, the log source's, is among `without`."""

    root: Path
    without: frozenset[str] = frozenset()
    logs: dict[str, Log[Any]] = field(default_factory=dict)

    def log(
        self, path: str, render: Render[T], ends: tuple[str, str, str] = NOTHING, name: str = ""
    ) -> Log[T]:
        """The log of that path below the root, made where there is none yet.

        `ends` are what stands before the first entry, between two, and after the last.
        """
        if path not in self.logs:
            self.logs[path] = Log(self.root / path, render, *ends, name not in self.without)
        return self.logs[path]

    def write(self, until: float) -> None:
        """Writes every log up to a moment."""
        for log in self.logs.values():
            log.write(until)

    def close(self) -> None:
        """Ends the files; entries that are still waiting are dropped."""
        for log in self.logs.values():
            if log.tail and log.path.exists():
                with log.path.open("a", encoding="utf-8") as file:
                    file.write(log.tail)

    @property
    def records(self) -> int:
        """How many records were written."""
        return sum(log.records for log in self.logs.values())
