"""Some days of a busy controller's log."""

import random
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 1, tzinfo=UTC)


def generated(size: int, seed: int = 7) -> bytes:
    """So many lines: submissions, starts, ends, requests and what nobody reads."""
    chance = random.Random(seed)
    lines, job = [], 4_000_000
    for number in range(size):
        moment = START + timedelta(milliseconds=number * 137)
        if chance.random() < 0.3:
            job += 1
        stamp = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}"
        lines.append(f"[{stamp}] {_said(max(4_000_000, job - chance.randint(0, 500)), chance)}")
    return ("\n".join(lines) + "\n").encode()


def _said(job: int, chance: random.Random) -> str:
    uid, node = chance.randint(1000, 1400), f"gpu{chance.randint(1, 60):02}"
    micros = chance.randint(200, 9_000)
    return chance.choice(
        (
            f"_slurm_rpc_submit_batch_job: JobId={job} InitPrio={chance.randint(1, 99_999)} "
            f"usec={micros}",
            f"sched: Allocate JobId={job} NodeList={node} #CPUs=64 Partition=gpu",
            f"sched/backfill: _start_job: Started JobId={job} in gpu on {node}",
            f"_job_complete: JobId={job} WEXITSTATUS {chance.choice((0, 0, 0, 1, 137))}",
            f"_job_complete: JobId={job} done",
            f"_job_complete: JobId={job - 40}_{job % 40}({job}) done",
            f"debug2: Processing RPC: REQUEST_JOB_INFO_SINGLE from UID={uid}",
            f"debug2: Processing RPC: REQUEST_PARTITION_INFO from UID={uid}",
            f"debug:  sched: Running job scheduler for default depth, pass {micros}",
            f"debug2: _slurm_rpc_dump_partitions, size=2264 usec={micros}",
            f"_slurm_rpc_kill_job: REQUEST_KILL_JOB JobId={job} uid {uid}",
            f"error: Nodes {node} not responding",
            f"Node {node} now responding",
            f"_slurm_rpc_update_job: complete JobId={job} uid={uid} usec={micros}",
            f"backfill: beginning, {micros} jobs to test",
            f"error: slurm_receive_msg [10.0.0.{uid % 250}:{micros + 30_000}]: Zero Bytes",
        )
    )
