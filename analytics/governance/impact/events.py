"""Events of one kind with who and where, and rows by what their text holds."""

from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.governance.impact.asking import micro
from analytics.governance.impact.belonging import Place, keys_of
from analytics.governance.impact.index import ByName, Rows
from analytics.governance.impact.reached import Told
from analytics.governance.victims.sightings import short
from analytics.identity import Directory

STEP = r"^(\d+(?:_\d+)?)\..*$"


class Events:
    """Events of one kind with who and where, and rows by person and host, and by job."""

    def __init__(self, table: pa.Table, directory: Directory) -> None:
        self.table = table
        self.times = micro(table["@timestamp"])
        self.who = keys_of(table["actor.account"], table["@timestamp"], directory)

    @cached_property
    def by_hand(self) -> ByName:
        """By `who@host`."""
        hosts = short(self.table["host.name"].combine_chunks())
        return ByName(pc.binary_join_element_wise(self.who, hosts, "@"), self.times)

    @cached_property
    def by_job(self) -> ByName:
        """By job, steps as their job."""
        ids = pc.replace_substring_regex(self.table["job.id"].combine_chunks(), STEP, r"\1")
        return ByName(ids, self.times)

    @cached_property
    def by_person(self) -> ByName:
        """By who did it."""
        return ByName(self.who, self.times)

    def value(self, name: str, row: int) -> Any:
        """A row's value."""
        return self.table[name][row].as_py()

    def told(self, row: int) -> Told:
        """The event of a row."""
        return Told(id=self.value("event.id", row), time=self.value("@timestamp", row))

    def person(self, row: int) -> str | None:
        """Who did it, where the site knows them."""
        who: str | None = self.who[row].as_py()
        return None if who is None or who.startswith("?") else who

    def place(self, row: int) -> Place:
        """Where and by whom."""
        return Place(
            time=int(self.times[row]),
            host=self.value("host.name", row),
            who=self.who[row].as_py(),
            job=self.value("job.id", row),
            pids=(self.value("process.pid", row), self.value("process.parent.pid", row)),
        )


class Texts:
    """Rows by what their text holds; each distinct text is looked at once."""

    def __init__(self, column: pa.ChunkedArray, times: Rows) -> None:
        encoded = pc.dictionary_encode(column.combine_chunks())
        self._texts, self._times = encoded.dictionary, times
        self._codes = np.asarray(pc.fill_null(encoded.indices.cast(pa.int64()), -1))

    def holding(self, text: str, since: int) -> Rows:
        """Rows at or after a time, in order of time."""
        hits = np.append(np.asarray(pc.match_substring(self._texts, text)), False)
        rows = np.flatnonzero(hits[self._codes] & (self._times >= since))
        return np.asarray(rows[np.argsort(self._times[rows], kind="stable")])
