"""Runs as MLflow's API lists them, one a line."""

import json

from analytics.simulation.chance import digest
from analytics.simulation.formats.slurm_sacct import Job

STATUSES = {"COMPLETED": "FINISHED", "CANCELLED": "KILLED"}


def line(job: Job, loss: float) -> str:
    """A run that has ended."""
    run, experiment = digest("run", job.id), int(digest(job.name, size=2), 16) % 400
    tags = {
        "mlflow.user": job.owner,
        "mlflow.source.name": f"{job.directory}/{job.program}",
        "mlflow.source.type": "LOCAL",
        "mlflow.source.git.commit": job.revision + digest(job.revision, size=17)[:33],
        "mlflow.runName": job.run,
        "slurm.job": str(job.id),
    }
    info = {
        "run_id": run, "run_uuid": run, "run_name": job.run, "experiment_id": str(experiment),
        "user_id": job.owner, "status": STATUSES.get(job.state, "FAILED"),
        "start_time": int((job.start or 0) * 1000), "end_time": int((job.end or 0) * 1000),
        "artifact_uri": f"s3://northlab-mlflow/{experiment}/{run}/artifacts",
        "lifecycle_stage": "active",
    }  # fmt: skip
    data = {
        "metrics": [{"key": "loss", "value": round(loss, 4), "timestamp": info["end_time"],
                     "step": 0}],
        "params": [{"key": "config", "value": f"configs/{job.name}.yaml"},
                   {"key": "gpus", "value": str(job.gpus)}],
        "tags": [{"key": key, "value": value} for key, value in tags.items()],
    }  # fmt: skip
    return json.dumps({"info": info, "data": data}) + "\n"
