"""Pull requests that a person merged and had opened."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.behaviour.feature import Feature
from analytics.selection import has, known

MERGED, OPENED = "pull_request.merged", "pull_request.opened"
COLUMNS = (*("event.action", "actor.account", "git.author", "git.repository", "git.pull_request"),)


def _select(events: pa.Table) -> pa.BooleanArray:
    """Merges by the account that the forge names as author, or by who opened it as these events
    tell: with a second account it is still one person."""
    flags = np.zeros(events.num_rows, dtype=bool)
    chosen = np.flatnonzero(np.asarray(has(events, "event.action", MERGED, OPENED)))
    told = events.select([*COLUMNS, "person"]).take(pa.array(chosen))
    author = np.asarray(known(pc.equal(told["actor.account"], told["git.author"])))
    columns = ("event.action", "git.repository", "git.pull_request", "person")
    rows = list(zip(*(told[name].to_pylist() for name in columns), strict=True))
    opened = {row[1:] for row in rows if row[0] == OPENED and row[3]}
    for place, own, row in zip(chosen.tolist(), author.tolist(), rows, strict=True):
        flags[place] = row[0] == MERGED and (own or row[1:] in opened)
    return pa.array(flags)


FEATURE = Feature(
    name="own_merges",
    title="Own pull requests merged",
    unit="pull requests",
    columns=COLUMNS,
    sentence="merged {observed} own pull requests; expected {expected}",
    tactics=("persistence",),
    least=2,
    select=_select,
)
