"""The log of Slurm's controller: who asked for what, and what became of nodes and jobs."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from analytics.event import Batch, Context, Source
from analytics.seams import begun_by
from analytics.slurm.controller import DAEMON
from analytics.slurm.daemon import HEAD, share

MARKS = re.compile(
    rb"slurmctld|_slurm_rpc_|sched(?:/backfill)?: |JobId=|StepId=|\bupdate_node: |drain_nodes: |"
    rb"Nodes \S+ not responding|Processing RPC: |_job_complete: |power_save: |backfill: "
)


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each line."""
    return DAEMON.parse(stream, context, SOURCE)


def recognises(head: bytes, path: str) -> float:
    """Sure of lines with a time in brackets, some of which speak of jobs, nodes or requests."""
    timed, marked = share(head, MARKS)
    return 0.9 if timed >= 0.8 and marked and b"slurmdbd" not in head[:4096] else 0.0


SOURCE = Source(
    name="slurmctld",
    family="scheduler",
    title="Slurm controller log (slurmctld)",
    recognises=recognises,
    parse=parse,
    seam=begun_by(re.compile(rb"^" + HEAD.pattern, re.MULTILINE)),
)
