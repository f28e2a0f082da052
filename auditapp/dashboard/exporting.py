"""Found events as a file, the newest first: CSV for a spreadsheet, or a line of JSON for each."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import pyarrow as pa

from analytics.store.base import Page, Question
from auditapp.accounts import pseudonyms
from auditapp.eventstore import store
from auditapp.people.directory import directory

Event = Mapping[str, Any]
Writer = Callable[[Iterator[Event]], Iterator[str]]

IN_CSV: tuple[str, ...] = (
    *("@timestamp", "event.module", "event.dataset", "event.category", "event.action"),
    *("event.outcome", "actor.account", "owner.account", "host.name", "source.ip"),
    *("process.command_line", "file.path", "git.repository", "job.id", "hf.repo", "message"),
    *("event.original", "event.id", "feed.id", "batch.id"),
)
PERSON = "person"  # joined when it is read; a pseudonym where data are real
AT_ONCE = 2_000  # events
MOST = 100_000
COMPUTED = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
)  # a spreadsheet takes for a formula what begins so


def lines(question: Question, write: Writer) -> Iterator[str]:
    """The file in pieces, at most `MOST` events of it. Raises StoreUnavailable before the first."""
    return _pieces(write(_events(question, _page(question))))


def _pieces(told: Iterator[str]) -> Iterator[str]:
    while piece := "".join(islice(told, AT_ONCE)):
        yield piece


def _page(question: Question, after: tuple[datetime, str] | None = None) -> Page:
    return store().search(question, limit=AT_ONCE, after=after)


def _events(question: Question, page: Page) -> Iterator[Event]:
    yield from _with_people(page.events)
    for _ in range(MOST // AT_ONCE - 1):
        if page.after is None:
            return
        page = _page(question, page.after)
        yield from _with_people(page.events)


def _with_people(events: pa.Table) -> Iterator[Event]:
    people = directory().persons(events["actor.account"], events["@timestamp"]).to_pylist()
    names = pseudonyms.shown_all(person for person in people if person)
    for event, person in zip(events.to_pylist(), people, strict=True):
        yield {**event, PERSON: names[person] if person else None}


def in_csv(events: Iterator[Event]) -> Iterator[str]:
    """RFC 4180, with a line of names first; of several values of a field all, with spaces."""
    writer = csv.writer(_Echo())
    yield writer.writerow([IN_CSV[0], PERSON, *IN_CSV[1:]])
    for event in events:
        cells = [_cell(event[name]) for name in IN_CSV]
        yield writer.writerow([cells[0], _cell(event[PERSON]), *cells[1:]])


def _cell(value: object) -> str:
    """As text that no spreadsheet computes."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str):
        value = " ".join(map(str, value))
    text = str(value)
    return f"'{text}" if text.startswith(COMPUTED) else text


def in_json(events: Iterator[Event]) -> Iterator[str]:
    """Each event with all fields that it has, under their names."""
    for event in events:
        told = {name: _told(value) for name, value in event.items() if value not in (None, [], "")}
        yield json.dumps(told, ensure_ascii=True) + "\n"


def _told(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        return dict(value)
    return value


class _Echo:
    """What csv writes to: it gives each line back."""

    def write(self, line: str) -> str:
        """The line."""
        return line


FORMATS: Mapping[str, tuple[Writer, str]] = {
    "csv": (in_csv, "text/csv; charset=utf-8"),
    "ndjson": (in_json, "application/x-ndjson"),
}
