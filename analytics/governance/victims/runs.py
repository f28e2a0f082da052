"""Runs of jobs: what accounting says of each in its latest version, one row a run."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analytics.governance.jobs import BEFORE_THE_END
from analytics.identity import Directory
from analytics.selection import both, filled, has

COLUMNS: tuple[str, ...] = (
    *("@timestamp", "event.id", "event.action", "event.module", "event.dataset", "labels"),
    *("job.id", "job.name", "job.owner", "job.state", "job.cancelled_by", "job.exit"),
    *("job.signal", "job.nodes", "job.gpus", "job.gpu_hours", "job.partition"),
    *("process.command_line", "process.working_directory"),
)
STAMP = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        pa.field("run", pa.string()),
        pa.field("id", pa.string()),
        pa.field("array", pa.string()),  # what the tasks of an array have in common
        pa.field("event", pa.string()),
        pa.field("account", pa.string()),
        pa.field("owner", pa.string()),  # a person, null where unknown
        pa.field("partition", pa.string()),
        pa.field("nodes", pa.list_(pa.string())),
        pa.field("gpus", pa.int64()),
        pa.field("submitted", STAMP),
        pa.field("began", STAMP),
        pa.field("ended", STAMP),  # null while it runs
        pa.field("elapsed", pa.float64()),  # seconds, null while it runs
        pa.field("state", pa.string()),
        pa.field("exit", pa.int64()),
        pa.field("signal", pa.int64()),
        pa.field("cancelled_by", pa.string()),  # an account
        pa.field("canceller", pa.string()),  # the person behind it
        pa.field("script", pa.string()),
        pa.field("command", pa.string()),
        pa.field("folder", pa.string()),
        pa.field("gpu_hours", pa.float64()),
        pa.field("uses", pa.list_(pa.string())),  # what else it depends on, by name
    ]
)
# What a command runs: the first word that is called like a program of a language of scripts.
SCRIPT = r"(?:^|[\s/'\"=])(?P<script>[\w.+-]{1,100}\.(?:py|sh|bash|sbatch|slurm|pbs|pl|R|jl|lua))\b"
ARRAY = r"^(?P<base>\d+)(?:_|\[)"
EPOCH = r"^\d{9,11}$"


def of_events(events: pa.Table, directory: Directory) -> pa.Table:
    """A table of `SCHEMA`, in order of runs, of the latest version of each job that has begun.

    `events` have at least `COLUMNS`. Steps are left out, and jobs of which no beginning is told.
    """
    jobs = events.filter(
        both(
            has(events, "event.module", "scheduler"),
            filled(events, "job.id"),
            filled(events, "job.state"),
            filled(events, "job.owner"),
            pc.invert(filled_label(events, "step")),
        )
    ).combine_chunks()
    if not jobs.num_rows:
        return SCHEMA.empty_table()
    run = _runs(jobs)
    over = pc.invert(has(jobs, "job.state", *BEFORE_THE_END))
    order = pc.sort_indices(
        pa.table(
            {"run": run, "time": jobs["@timestamp"], "over": over.cast(pa.int8())}
        ).append_column("id", jobs["event.id"]),
        sort_keys=[(name, "ascending") for name in ("run", "time", "over")]
        + [("id", "descending")],
    )
    jobs, run, over = jobs.take(order), run.take(order), over.take(order)
    codes = np.asarray(pc.dictionary_encode(run).indices)
    last = np.flatnonzero(np.append(codes[1:] != codes[:-1], True))
    started = _started(jobs, codes)[last]
    jobs, run, over = jobs.take(pa.array(last)), run.take(pa.array(last)), over.take(pa.array(last))
    return _table(jobs, run, over, started, directory)


def filled_label(events: pa.Table, name: str) -> pa.BooleanArray:
    """Rows that have this label."""
    found = pc.is_valid(pc.map_lookup(events["labels"], name, "first"))
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _label(events: pa.Table, name: str) -> pa.Array:
    found = pc.map_lookup(events["labels"], name, "first")
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _runs(jobs: pa.Table) -> pa.Array:
    """What tells runs apart: the label `run`; of schedulers without it the id and the attempt."""
    tries = pc.coalesce(_label(jobs, "run_count"), _label(jobs, "try_number"), "")
    named = pc.binary_join_element_wise(jobs["event.dataset"], jobs["job.id"], tries, " ")
    found = pc.coalesce(_label(jobs, "run"), named)
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _epochs(texts: pa.Array) -> pa.Array:
    """Seconds since 1970 as times; null for anything else."""
    told = pc.if_else(pc.match_substring_regex(texts, EPOCH), texts, pa.scalar(None, pa.string()))
    return pc.multiply(told.cast(pa.int64()), 1_000_000).cast(STAMP)


def _started(jobs: pa.Table, codes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """For each row when the first version of its run says that it runs, in microseconds; the
    largest number where none does."""
    never = np.iinfo(np.int64).max
    times = np.asarray(jobs["@timestamp"].combine_chunks().cast(pa.int64()))
    goes = np.asarray(has(jobs, "job.state", "RUNNING"))
    first = np.full(int(codes.max()) + 1, never)
    np.minimum.at(first, codes[goes], times[goes])
    return np.asarray(first[codes])


def _table(
    jobs: pa.Table,
    run: pa.Array,
    over: pa.BooleanArray,
    started: npt.NDArray[np.int64],
    directory: Directory,
) -> pa.Table:
    seen = pa.array(started, mask=started == np.iinfo(np.int64).max).cast(STAMP)
    began = pc.coalesce(_epochs(_label(jobs, "began")), _epochs(_label(jobs, "start")), seen)
    times = jobs["@timestamp"].combine_chunks()
    ended = pc.if_else(over, times, pa.scalar(None, STAMP))
    ran = pc.subtract(ended.cast(pa.int64()), began.cast(pa.int64()))
    elapsed = pc.divide(ran.cast(pa.float64(), safe=False), 1e6)
    submitted = pc.coalesce(
        _epochs(pc.struct_field(pc.extract_regex(run, r"/(?P<time>\d+)$"), 0)),
        _epochs(_label(jobs, "qtime")),
        began,
    )
    command = jobs["process.command_line"].combine_chunks()
    ids = jobs["job.id"].combine_chunks()
    gpus = jobs["job.gpus"].combine_chunks()
    hours = pc.divide(pc.multiply(gpus.cast(pa.float64()), elapsed), 3600.0)
    columns = {
        "run": run,
        "id": ids,
        "array": pc.coalesce(pc.struct_field(pc.extract_regex(ids, ARRAY), 0), ids),
        "event": jobs["event.id"],
        "account": jobs["job.owner"],
        "owner": directory.persons(jobs["job.owner"], jobs["@timestamp"]),
        "partition": jobs["job.partition"],
        "nodes": jobs["job.nodes"],
        "gpus": gpus,
        "submitted": submitted,
        "began": began,
        "ended": ended,
        "elapsed": elapsed,
        "state": jobs["job.state"],
        "exit": jobs["job.exit"],
        "signal": jobs["job.signal"],
        "cancelled_by": jobs["job.cancelled_by"],
        "canceller": directory.persons(jobs["job.cancelled_by"], jobs["@timestamp"]),
        "script": _scripts(command, jobs["job.name"].combine_chunks()),
        "command": command,
        "folder": jobs["process.working_directory"],
        "gpu_hours": pc.coalesce(jobs["job.gpu_hours"].combine_chunks(), hours),
        "uses": pa.nulls(jobs.num_rows, pa.list_(pa.string())),
    }
    table = pa.table([columns[name] for name in SCHEMA.names], schema=SCHEMA)
    begun = both(filled(table, "began"), pc.invert(has(table, "state", "PENDING", "CONFIGURING")))
    return table.filter(begun).combine_chunks()


def _scripts(commands: pa.Array, names: pa.Array) -> pa.Array:
    """What tells that two jobs do the same: the script's name, else the job's without numbers."""
    found = pc.struct_field(pc.extract_regex(commands, SCRIPT), 0)
    return pc.coalesce(found, pc.replace_substring_regex(names, r"\d+", "#"))
