"""Runs as MLflow's API lists them, one a line, and Databricks' audits of what people did."""

import random
from typing import Any

from benchmarks.json_lines import json_lines
from benchmarks.lab import address, digest, moment, person

ACTIONS = ("createMlflowExperiment", "deleteMlflowExperiment", "getMlflowExperiment")
STATUSES = ("FINISHED", "FINISHED", "FINISHED", "FAILED", "KILLED")


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(lambda *told: (_audit if told[1].random() < 0.4 else _run)(*told), size, seed)


def _run(number: int, chance: random.Random) -> dict[str, Any]:
    run, who, experiment = digest(chance, 32), person(chance), str(chance.randrange(300))
    begun = round(moment(number).timestamp() * 1000)
    name = f"llm-{chance.randrange(4000)}"
    tags = {
        "mlflow.user": who,
        "mlflow.source.name": f"/home/{who}/train_{chance.randrange(40)}.py",
        "mlflow.source.type": "LOCAL",
        "mlflow.source.git.commit": digest(chance),
        "mlflow.runName": name,
    }
    return {
        "info": {
            "run_id": run,
            "run_uuid": run,
            "run_name": name,
            "experiment_id": experiment,
            "user_id": who,
            "status": chance.choice(STATUSES),
            "start_time": begun,
            "end_time": begun + chance.randrange(1000, 90_000_000),
            "artifact_uri": f"s3://mlflow/{experiment}/{run}/artifacts",
            "lifecycle_stage": "active",
        },
        "data": {
            "params": [{"key": "lr", "value": f"{chance.random():.5f}"}],
            "tags": [{"key": key, "value": value} for key, value in tags.items()],
        },
    }


def _audit(number: int, chance: random.Random) -> dict[str, Any]:
    experiment = str(chance.randrange(300))
    return {
        "version": "2.0",
        "timestamp": round(moment(number).timestamp() * 1000),
        "workspaceId": "1841",
        "sourceIPAddress": address(chance),
        "userAgent": "mlflow-python-client/2.9.2",
        "userIdentity": {"email": f"{person(chance)}@lab.example"},
        "serviceName": "mlflowExperiment",
        "actionName": chance.choice(ACTIONS),
        "requestId": digest(chance, 32),
        "requestParams": {"experimentId": experiment, "path": f"/experiments/{experiment}"},
        "response": {"statusCode": chance.choices((200, 403, 404), (95, 3, 2))[0]},
    }
