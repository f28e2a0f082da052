"""Traces: whose trail is missing, cut off or silenced, and where nobody could leave one."""

from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from analytics.findings import Finding
from analytics.governance.around import Around
from analytics.governance.traces import habits, shrinking, tampering
from analytics.governance.traces.check import Check
from analytics.governance.traces.coverage import coverage
from analytics.governance.traces.faults import faults
from analytics.site import Site
from analytics.store.base import EventStore

__all__ = ["CHECKS", "COLUMNS", "coverage", "faults", "find"]

COLUMNS: tuple[str, ...] = tuple(sorted({*tampering.COLUMNS, *habits.COLUMNS, *shrinking.COLUMNS}))
CHECKS: Mapping[str, Check] = {
    **tampering.CHECKS,
    **{name: habit.check for name, habit in habits.HABITS.items()},
    **shrinking.CHECKS,
}


def find(day: date, events: pa.Table, site: Site, store: EventStore) -> list[Finding]:
    """Who took a way to leave no trail, and whose trail is missing while others' came.

    `events` are the day's, with at least `COLUMNS`. Unknown actors make no finding.
    """
    around = Around(day=day, events=events, site=site, store=store)
    return [*tampering.find(around), *habits.find(around), *shrinking.find(around)]
