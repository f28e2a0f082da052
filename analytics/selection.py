"""Which events are meant, a boolean a row and never null, and what of them to keep as evidence."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MOST_EVENTS = 200
OBJECTS: tuple[str, ...] = ("file.path", "git.repository", "hf.repo", "owner.account", "host.name")
"""What an event touched: the first of these that has a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Ids of events, the newest first and no more than can be read; the newest's time; what
    they touched most."""

    events: tuple[str, ...]
    time: datetime
    resource: str | None


def evidence(events: pa.Table) -> Evidence:
    """What to keep of these events: at least one, with @timestamp, event.id and `OBJECTS`."""
    newest = [("@timestamp", "descending"), ("event.id", "descending")]
    kept = events.take(pc.select_k_unstable(events, MOST_EVENTS, sort_keys=newest))
    touched = pc.drop_null(pc.coalesce(*(events[column] for column in OBJECTS)))
    counted = sorted(
        ((-row["counts"], row["values"]) for row in pc.value_counts(touched).to_pylist()),
    )
    return Evidence(
        events=tuple(kept["event.id"].to_pylist()),
        time=kept["@timestamp"][0].as_py(),
        resource=counted[0][1] if counted else None,
    )


def encoded(events: pa.Table, columns: Iterable[str]) -> pa.Table:
    """The events with these columns dictionary-encoded: `has`, `matches` and `filled` then ask
    each distinct value once, not every row. Logs repeat themselves."""
    for name in columns:
        column = pc.dictionary_encode(events[name].combine_chunks())
        events = events.set_column(events.schema.get_field_index(name), name, column)
    return events


def kept(events: pa.Table, flags: pa.BooleanArray) -> pa.Table:
    """The events for which the flags hold. Pieces of which nothing goes are not copied."""
    found, start = [], 0
    for piece in events.to_batches():
        chosen = flags.slice(start, piece.num_rows)
        found.append(piece if chosen.true_count == piece.num_rows else piece.filter(chosen))
        start += piece.num_rows
    return pa.Table.from_batches(found, events.schema)


def _asked(column: pa.ChunkedArray, condition: Callable[[pa.Array], pa.Array]) -> pa.BooleanArray:
    """Rows for whose value the condition holds; null where it has none does not hold."""
    if not pa.types.is_dictionary(column.type):
        return known(condition(column))
    told = column.combine_chunks()
    answers = np.append(np.asarray(known(condition(told.dictionary)), dtype=bool), False)
    return pa.array(answers[np.asarray(told.indices.fill_null(-1))])


def known(flags: pa.ChunkedArray) -> pa.BooleanArray:
    """The flags as one array; what is null does not hold."""
    filled = pc.fill_null(flags, False)
    return filled.combine_chunks() if isinstance(filled, pa.ChunkedArray) else filled


def has(events: pa.Table, column: str, *values: str) -> pa.BooleanArray:
    """Rows whose value is one of these."""
    wanted = pa.array(values, pa.string())
    return _asked(events[column], lambda found: pc.is_in(found, value_set=wanted))


def filled(events: pa.Table, column: str) -> pa.BooleanArray:
    """Rows that have a value."""
    return known(pc.is_valid(events[column]))


def matches(events: pa.Table, column: str, pattern: str) -> pa.BooleanArray:
    """Rows whose text matches the regular expression (RE2: linear in the text)."""
    return _asked(events[column], lambda found: pc.match_substring_regex(found, pattern))


def any_matches(events: pa.Table, column: str, pattern: str) -> pa.BooleanArray:
    """Rows of a list column in which at least one value matches the regular expression."""
    lists = events[column].combine_chunks()
    rows = pc.list_parent_indices(lists)
    hits = known(pc.match_substring_regex(pc.list_flatten(lists), pattern))
    found = np.zeros(events.num_rows, dtype=bool)
    found[np.asarray(rows)[np.asarray(hits)]] = True
    return pa.array(found)


def of_others(events: pa.Table) -> pa.BooleanArray:
    """Rows in which somebody known touched what belongs to somebody else known."""
    return known(pc.not_equal(events["person"], events["owner"]))


def done(events: pa.Table) -> pa.BooleanArray:
    """Rows of what is not known to have failed."""
    return pc.invert(has(events, "event.outcome", "failure"))


def landed_by_merge(events: pa.Table) -> pa.BooleanArray:
    """Rows whose commit is what one of these events' pull requests became when it was merged."""
    merged = events.filter(has(events, "event.action", "pull_request.merged"))["git.commit"]
    return known(pc.is_in(events["git.commit"], value_set=merged.drop_null().combine_chunks()))


def both(*flags: pa.BooleanArray) -> pa.BooleanArray:
    """Rows for which all hold."""
    return _joined(flags, pc.and_)


def either(*flags: pa.BooleanArray) -> pa.BooleanArray:
    """Rows for which at least one holds."""
    return _joined(flags, pc.or_)


def _joined(flags: Sequence[pa.BooleanArray], how: pc.Function) -> pa.BooleanArray:
    joined = flags[0]
    for other in flags[1:]:
        joined = how(joined, other)
    return joined
