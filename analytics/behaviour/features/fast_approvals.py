"""Approvals given sooner than anybody can read what was approved."""

from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.behaviour.kinds import APPROVED
from analytics.selection import has

OFFERED = ("pull_request.opened", "pull_request.synchronize", "pull_request.reopened")
LEAST = timedelta(minutes=1)
A_LINE = timedelta(seconds=2)  # reviews find little beyond 500 lines an hour, seven seconds each
COLUMNS = (
    *("@timestamp", "event.action", "git.repository", "git.pull_request"),
    *("git.lines_added", "git.lines_deleted"),
)


def _select(events: pa.Table) -> pa.BooleanArray:
    """Of a pull request that these events saw offered or changed: a minute, or two seconds a
    line, after that."""
    flags = np.zeros(events.num_rows, dtype=bool)
    chosen = np.flatnonzero(np.asarray(has(events, "event.action", APPROVED, *OFFERED)))
    rows = events.select(COLUMNS).take(pa.array(chosen)).to_pylist()
    offered: dict[tuple[str, int], tuple[datetime, int]] = {}
    for place, row in sorted(
        zip(chosen.tolist(), rows, strict=True), key=lambda pair: pair[1]["@timestamp"]
    ):
        pull = (row["git.repository"], row["git.pull_request"])
        lines = (row["git.lines_added"] or 0) + (row["git.lines_deleted"] or 0)
        if row["event.action"] != APPROVED:
            offered[pull] = (row["@timestamp"], lines)
        elif pull in offered:
            since, told = offered[pull]
            flags[place] = row["@timestamp"] - since < max(LEAST, A_LINE * max(lines, told))
    return pa.array(flags)


FEATURE = Feature(
    name="fast_approvals",
    title="Approvals without time to read",
    unit="approvals",
    columns=COLUMNS,
    sentence="approved {observed} times faster than one can read; expected {expected}",
    tactics=("defense-impairment",),
    least=2,
    select=_select,
)
