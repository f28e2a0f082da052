"""Days for the features of schedulers and experiments: what alice and mallory did, and the number
it makes."""

import json

from tests.analytics.behaviour.days.raw import (
    Day,
    Row,
    accounted,
    asked_cluster,
    controller,
    raw,
    signed_in,
)


def removed(user: str, action: str, code: int = 200) -> list[Row]:
    """An entry of the audit log of Weights & Biases."""
    told = {"action": action, "actor_email": f"{user}@lab.example", "response_code": code}
    return raw("wandb_audit", json.dumps({"timestamp": "2026-03-10T10:00:00Z", **told}))


BOBS = accounted("31|bob|1003|RUNNING|gpu[07-08]|8", "32|bob|1003|RUNNING|gpu09|8")
CAROLS = accounted("33|carol|1004|RUNNING|gpu10|8")
ALICE: dict[str, Day] = {
    "jobs_run": (
        accounted("4|alice|1001|COMPLETED|gpu01|2", "4.batch|||COMPLETED|gpu01|2")
        + asked_cluster("alice", "create", "pods", "p", part="exec"),
        1,
    ),
    "gpu_hours_used": (accounted("4|alice|1001|COMPLETED|gpu01|2", "4.0|||COMPLETED|gpu01|2"), 4),
    "jobs_changed_of_others": (
        accounted("5|alice|1001|PENDING||1")
        + controller("sched: _hold_job_rec: hold on JobId=5 by uid 1001"),
        0,
    ),
    "nodes_taken_out": (controller("_slurm_rpc_kill_job: REQUEST_KILL_JOB JobId=5 uid 1001"), 0),
    "refused_scheduler_requests": (asked_cluster("alice", "get", "pods", "p", code=404), 0),
    "nodes_of_others_entered": (
        [
            *accounted("6|alice|1001|RUNNING|gpu07|4"),
            *signed_in("alice", "gpu07", "login1"),
        ],
        0,
    ),
    "pods_entered": (asked_cluster("alice", "get", "pods", "p", part="log"), 0),
    "workloads_deleted": (asked_cluster("alice", "delete", "pods", "p", code=403), 0),
    "cluster_secrets_read": (asked_cluster("alice", "list", "configmaps"), 0),
    "runs_deleted": (removed("alice", "run:delete", code=403), 0),
}
MALLORY: dict[str, Day] = {
    "jobs_run": (
        accounted(
            "7|mallory|1002|COMPLETED|gpu01|2",
            "8|mallory|1002|FAILED|gpu01|2",
            "9|mallory|1002|CANCELLED by 1002|gpu01|2",
        )
        + asked_cluster("mal", "create", "pods", "p"),
        4,
    ),
    "gpu_hours_used": (
        accounted("7|mallory|1002|COMPLETED|gpu01|64", "8|mallory|1002|FAILED|gpu01|8"),
        144,
    ),
    "jobs_changed_of_others": (
        [
            *BOBS,
            *CAROLS,
            *controller(
                "sched: _hold_job_rec: hold on JobId=31 by uid 1002",
                "_slurm_rpc_update_job: complete JobId=33 uid=1002 usec=321",
                "_slurm_rpc_update_job: complete JobId=31 uid=1002 usec=321",
                "_slurm_rpc_update_job: JobId=32 uid=1002: Access/permission denied",
            ),
        ],
        2,
    ),
    "nodes_taken_out": (asked_cluster("mal", "patch", "nodes", "gpu01"), 1),
    "refused_scheduler_requests": (
        [
            *controller("_slurm_rpc_update_job: JobId=4714 uid=1002: Access/permission denied"),
            *asked_cluster("mal", "delete", "pods", "p", code=403),
        ],
        2,
    ),
    "nodes_of_others_entered": (
        [*BOBS, *CAROLS, *signed_in("mallory", "gpu07", "gpu10", "gpu10", "gpu22")],
        2,
    ),
    "pods_entered": (
        [
            *asked_cluster("mal", "create", "pods", "p", part="exec"),
            *asked_cluster("mal", "create", "pods", "q", part="portforward"),
        ],
        2,
    ),
    "workloads_deleted": (
        [row for name in "pqr" for row in asked_cluster("mal", "delete", "pods", name)],
        3,
    ),
    "cluster_secrets_read": (
        asked_cluster("mal", "list", "secrets") + asked_cluster("mal", "get", "secrets", "s"),
        2,
    ),
    "runs_deleted": (removed("mal", "run:delete_many") + removed("mal", "artifact:delete"), 2),
}
