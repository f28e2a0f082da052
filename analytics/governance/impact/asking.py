"""What is asked of the event store: narrow questions, each with the columns it needs."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.fields import SCHEMA
from analytics.governance.impact.index import Rows
from analytics.governance.victims import asking as victims
from analytics.store.base import EventStore, Question
from analytics.store.query import All, Any, Exists, OneOf, Query, Term

LOOKED_BACK = timedelta(days=30)  # for jobs: longer than they wait and run
HISTORIES = victims.HISTORIES
WHO = ("@timestamp", "event.id", "event.action", "event.type", "event.outcome", "actor.account")
WHERE = ("host.name", "job.id", "process.pid", "process.parent.pid")
OF_FILES = (*WHO, *WHERE, "owner.account", "file.path", "file.hash.sha256")
OF_COMMANDS = (*WHO, *WHERE, "process.command_line", "process.working_directory")
OF_STEPS = ("job.id", "process.command_line")
OF_HASHES = (*WHO, "job.id", "file.path", "file.hash.sha256", "labels")
OF_GIT = (
    *(*WHO, *WHERE, "event.module", "labels", "git.repository", "git.branch", "git.commit"),
    *("git.author", "git.pusher", "git.pull_request"),
)
OF_HUB = (*WHO, *WHERE, "hf.repo")
OF_REGISTRY = (*WHO, *WHERE, "http.request.method", "url.original")
OF_JOBS = (*WHO, *WHERE, "owner.account", "labels", "process.command_line")

FILES: Query = All((OneOf("event.category", ("file",)), Exists("file.path")))
COMMANDS: Query = All(
    (
        Exists("process.command_line"),
        Any((OneOf("event.category", ("process",)), OneOf("event.dataset", HISTORIES))),
        OneOf("event.module", ("shell",)),
    )
)
HASHES: Query = All((Exists("file.path"), Exists("file.hash.sha256")))
GIT: Query = Exists("git.commit")
HUB: Query = All(
    (
        Exists("hf.repo"),
        Any(
            (
                OneOf("event.action", ("hf-download", "hf-upload")),
                All(
                    (
                        OneOf("event.category", ("file",)),
                        OneOf("event.type", ("change", "creation", "deletion")),
                    )
                ),
            )
        ),
    )
)
REGISTRY: Query = All(
    (OneOf("http.request.method", ("PUT", "GET")), Term("url.original", "*/manifests/*"))
)
STEPS: Query = All(
    (
        OneOf("event.module", ("scheduler",)),
        Term("event.action", "step-*"),
        Exists("process.command_line"),
    )
)
TASKS: Query = OneOf("event.action", ("task-started", "task-ended"))
# What is done to a job or its processes by somebody, and pods as they are made.
ON_JOBS: Query = Any(
    (
        OneOf("event.action", ("job-cancelled", "job-held", "job-updated", "job-altered")),
        OneOf("event.action", ("job-requeued", "sent-signal", "create pods", "create jobs")),
    )
)


def asked(
    store: EventStore,
    since: datetime | None,
    until: datetime,
    query: Query,
    names: Sequence[str],
) -> pa.Table:
    """These columns of the events, what failed left out where the outcome is among them."""
    found = list(store.scan(Question(since=since, until=until, query=query), list(names)))
    empty = pa.schema([SCHEMA.field(name) for name in names]).empty_table()
    table = pa.concat_tables([empty, *(one.select(list(names)) for one in found)]).combine_chunks()
    if "event.outcome" in names:
        failed = pc.fill_null(pc.equal(table["event.outcome"], "failure"), False)
        table = table.filter(pc.invert(failed)).combine_chunks()
    return table


def micro(times: pa.ChunkedArray) -> Rows:
    """Times as microseconds since 1970."""
    return np.asarray(times.combine_chunks().cast(pa.int64()), dtype=np.int64)
