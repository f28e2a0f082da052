"""Crontabs, timers and services that a person set up or changed."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, done, either, has

CHANGES = (
    *("changed-crontab", "crontab-changed", "create cronjobs", "patch cronjobs", "update cronjobs"),
    *("scheduled_job.create", "scheduled_job.update"),
)
TOOLS = ("crontab", "at", "batch", "systemd-run", "scrontab")


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        either(
            has(events, "event.action", *CHANGES),
            both(
                has(events, "process.name", *TOOLS),
                has(events, "event.category", "process"),
                has(events, "event.type", "start"),
            ),
        ),
        done(events),
    )


FEATURE = Feature(
    name="recurring_work_changed",
    title="Recurring work set up",
    unit="changes",
    columns=(
        "event.action",
        "event.category",
        "event.outcome",
        "event.type",
        "process.name",
    ),
    sentence="set up or changed recurring work {observed} times; expected {expected}",
    tactics=("persistence",),
    least=2,
    select=_select,
)
