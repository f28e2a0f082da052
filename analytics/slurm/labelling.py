"""What a row of accounting has beyond the fields, as labels."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.columnar.values import shortened
from analytics.fields import BY_NAME
from analytics.slurm.table import NOTHING, Table
from analytics.slurm.values import JOB, tasks_of

MOST = 59  # columns that become labels; a row has up to five more of its own
LONGEST = 1024
# A job, one task of an array, or a step; what else there is has a list of tasks.
USUAL_JOB = (
    r"^(?P<base>[0-9]{1,19})(?:_(?P<task>[0-9]{1,19}))?(?:\+[0-9]+)?(?:\.(?P<step>[^\n]+))?$"
)
# Columns that have a field of their own.
MAPPED = frozenset(
    [
        *("jobid", "user", "jobname", "state", "exitcode", "nodelist", "partition", "elapsed"),
        *("submitline", "workdir", "-"),
    ]
)


def labels(table: Table, more: Mapping[str, pa.Array]) -> pa.Array:
    """All other cells that are not empty, which step and which tasks of an array it is, and
    `more` columns by name."""
    kind, width = BY_NAME["labels"].arrow, len(table.names)
    named = [place for place, name in enumerate(table.names) if name not in MAPPED][:MOST]
    keys = ["job_uid" if name == "uid" else name for name in table.names]
    own = _of_jobs(table.column("jobid")) | dict(more)
    meant = np.zeros(width, dtype=bool)
    meant[named] = True
    told = np.asarray(pc.not_equal(table.cells, "")).reshape(table.size, width) & meant
    values = table.cells
    if own:
        added = [np.asarray(pc.is_valid(column))[:, None] for column in own.values()]
        told = np.concatenate([told, *added], axis=1)
        values, keys = pa.concat_arrays([values, *own.values()]), [*keys, *own]
    rows, places = np.nonzero(told)
    beyond = places * table.size + rows  # what the jobs tell lies column by column
    at = np.where(places < width, rows * width + places, beyond)
    items = shortened(values.take(pa.array(at)), LONGEST)
    offsets = np.concatenate(([0], np.cumsum(told.sum(axis=1)))).astype(np.int32)
    names = pa.array(keys, pa.string()).take(pa.array(places))
    return pa.MapArray.from_arrays(pa.array(offsets), names, items).cast(kind)


def _of_jobs(jobs: pa.Array) -> dict[str, pa.Array]:
    parts = pc.extract_regex(jobs, USUAL_JOB)
    task, step = (_or_null(pc.struct_field(parts, name)) for name in ("task", "step"))
    base = pc.if_else(pc.is_valid(task), pc.struct_field(parts, "base"), NOTHING)
    columns = {"step": step, "array_job": base, "array_tasks": task}
    odd = np.flatnonzero(np.asarray(pc.is_null(parts)))
    found: dict[str, list[str | None]] = {}
    if len(odd):
        found = {name: [None] * len(jobs) for name in columns}
    for row, job in zip(odd.tolist(), jobs.take(pa.array(odd)).to_pylist(), strict=True):
        for name, value in _of_job(job).items():
            found[name][row] = value
    for name, values in found.items():
        columns[name] = pc.coalesce(columns[name], pa.array(values, pa.string()))
    return columns


def _or_null(texts: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(texts, ""), NOTHING, texts)


def _of_job(job: str) -> dict[str, str | None]:
    match = JOB.fullmatch(job)
    if match is None:
        return {}
    tasks = ",".join(tasks_of(match))[:LONGEST]
    array = match["base"] if tasks else None
    return {"step": match["step"], "array_job": array, "array_tasks": tasks or None}
