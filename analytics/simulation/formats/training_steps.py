"""How training goes, as the collection kit's callback tells it: one JSON object a line."""

import json
from datetime import UTC, datetime
from typing import Any

from analytics.simulation.formats.slurm_sacct import Job


def line(moment: float, event: str, job: Job, **told: Any) -> str:
    """What the first rank of a job tells."""
    time = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    common = {
        "time": time, "event": event, "run": job.run, "job": str(job.id), "rank": 0,
        "world_size": max(1, job.gpus), "host": job.nodes[0], "user": job.owner,
    }  # fmt: skip
    return json.dumps(common | told) + "\n"
