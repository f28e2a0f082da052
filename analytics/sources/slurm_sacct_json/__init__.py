"""Slurm's jobs as JSON: of sacct, squeue and scontrol with `--json`, and of slurmrestd."""

import io
import re
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

import pyarrow.compute as pc

from analytics.event import Batch, Context, Rejected, Source, merged, readable, table_of
from analytics.reading import documents, sampled
from analytics.slurm import accounting
from analytics.sources.slurm_sacct_json.around import Around
from analytics.sources.slurm_sacct_json.cells import rows_of

WITHIN = ("jobs",)
AT_ONCE = 1_000  # rows
BYTES_AT_ONCE = 8 << 20
MARKS = ("tres", "steps", "association", "tres_alloc_str", "tres_req_str", "batch_host")
BEGUN = re.compile(
    rb'\s*\{(?:\s*"meta"\s*:(?:[^\[\]]{0,4000}))?\s*"jobs"\s*:\s*\[\s*\{[^\x00]{0,8000}?'
    rb'"(?:allocation_nodes|derived_exit_code|accrue_time|association|tres_alloc_str)"\s*:'
)
Row = tuple[dict[str, str], str, int]


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each job and each of its steps; a job's has the whole of what was said."""
    return merged(_batches(stream, context))


def _batches(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    rows: list[Row] = []
    rejected: list[Rejected] = []
    size, around, latest = 0, Around(stream), None
    for document in documents(io.BufferedReader(around), WITHIN):
        around.job(document)
        found = [] if document.error else rows_of(document.value, document.raw)
        rows += [(cells, text, document.number) for cells, text in found]
        if not found:
            reason, text = document.error or "not a job", readable(document.raw)
            rejected.append(Rejected(line=document.number, reason=reason, text=text))
        size += len(document.raw)
        if len(rows) >= AT_ONCE or size >= BYTES_AT_ONCE:
            batch = _batch(rows, rejected, context)
            latest = _latest(batch, latest)
            yield batch
            rows, rejected, size = [], [], 0
    batch = _batch(rows, rejected, context)
    yield batch
    if row := around.row(_latest(batch, latest), context):
        yield Batch(events=table_of([row], context, SOURCE))


def _latest(batch: Batch, before: datetime | None) -> datetime | None:
    found = pc.max(batch.events["@timestamp"]).as_py()
    return max(found, before) if found and before else found or before


def _batch(rows: list[Row], rejected: list[Rejected], context: Context) -> Batch:
    if not rows:
        return Batch(events=table_of([], context, SOURCE), rejected=tuple(rejected))
    cells, texts, numbers = zip(*rows, strict=True)
    made = accounting.batch_of(cells, texts, numbers, context, SOURCE)
    return Batch(events=made.events, rejected=(*made.rejected, *rejected))


def recognises(head: bytes, path: str) -> float:
    """Sure of jobs with an id and resources, alone or in a list called `jobs`."""
    for value in sampled(head):
        inner = value.get("jobs") if isinstance(value, dict) else None
        jobs = inner if isinstance(inner, list) else [value]
        for job in jobs[:4]:
            if isinstance(job, dict) and "job_id" in job and any(name in job for name in MARKS):
                return 0.95
    return 0.95 if BEGUN.match(head) else 0.0


SOURCE = Source(
    name="slurm_sacct_json",
    family="scheduler",
    title="Slurm jobs as JSON (sacct --json, squeue, slurmrestd)",
    recognises=recognises,
    parse=parse,
)
