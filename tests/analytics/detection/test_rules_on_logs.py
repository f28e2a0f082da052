"""Own rules look at what log sources fill in: they fire on raw lines, not only on examples."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import orjson
import pyarrow as pa
import pytest

from analytics import pipeline
from analytics.detection.loading import OWN_RULES, load
from analytics.detection.matcher import detect, match
from analytics.event import Context

OWN = load([OWN_RULES])
GOLDEN = Path(__file__).parents[2] / "golden"
CONTEXT = Context(
    feed="f",
    batch="b",
    origin="o",
    received=datetime(2026, 11, 30, tzinfo=UTC),
    host="gpu03",
    user="asilva",
)


def fired(source: str, raw: bytes) -> set[str]:
    """The rules that match what the source reads in these bytes."""
    batches = pipeline.parse(pipeline.log_sources()[source], BytesIO(raw), CONTEXT)
    events = pa.concat_tables([batch.events for batch in batches])
    return {alert.rule for alert in match(OWN, events)}


@pytest.mark.parametrize(
    ("source", "rules"),
    [
        ("artifact_scan", {"malicious_pickle", "extension_mismatch"}),
        ("auditd", {"audit_weakened", "checkpoint_of_other_changed"}),
        ("gpfs_audit", {"checkpoint_of_other_changed_on_storage"}),
        ("hf_audit", {"org_guard_lowered", "hub_repository_made_public"}),
        (
            "kubernetes_audit",
            {"pod_with_host_rights", "pod_entered_to_harm", "workload_deleted_as_other"},
        ),
        ("mlflow_events", {"experiment_deleted"}),
        ("s3_access", {"weights_removed_from_bucket"}),
        ("slurm_sacct", {"job_cancelled_by_other"}),
        ("slurm_sacct_json", {"job_cancelled_by_other"}),
        ("slurmctld", {"nodes_reserved", "job_forced_by_account", "node_taken_out"}),
        ("wandb_audit", {"experiment_deleted"}),
    ],
)
def test_rules_fire_on_golden_samples(source: str, rules: set[str]) -> None:
    files = [
        path
        for path in (GOLDEN / source).iterdir()
        if not path.name.endswith((".expected.json", ".context.json"))
    ]
    found: set[str] = set()
    for path in files:
        found |= fired(source, path.read_bytes())
    assert rules <= found


def kubernetes(verb: str, resource: str, **more: object) -> bytes:
    """A line of the audit log: a person did this, and it was done."""
    return orjson.dumps(
        {
            "kind": "Event",
            "apiVersion": "audit.k8s.io/v1",
            "level": "Metadata",
            "auditID": "a1",
            "stage": "ResponseComplete",
            "requestURI": f"/api/v1/{resource}",
            "verb": verb,
            "user": {"username": "bkim@lab.example"},
            "objectRef": {"resource": resource, "name": "x", **more},
            "responseStatus": {"code": 200},
            "stageTimestamp": "2026-02-10T09:30:00.000000Z",
        }
    )


def github(action: str, **more: object) -> bytes:
    """A line of GitHub's audit log."""
    told = {"@timestamp": 1771578000001, "action": action, "actor": "bkim", "org": "lab", **more}
    return orjson.dumps(told)


def hub(kind: str, **data: object) -> bytes:
    """An export of the Hub's audit log with one entry."""
    author = {"_id": "5f0c0a1b2c3d4e5f60718293", "user": "mroux", "type": "user"}
    entry = {"_id": "69a2b1c04d5e6f7081920a01", "createdAt": "2026-02-27T22:04:11.218Z"}
    return orjson.dumps([entry | {"type": kind, "message": "", "author": author, "data": data}])


def asked(method: bytes, address: bytes) -> bytes:
    """A line of a web server's log."""
    line = b'10.4.2.17 - asilva [28/Feb/2026:09:14:02 +0100] "%s %s HTTP/1.1" 200 9 "-" "curl/8.5"'
    return line % (method, address)


@pytest.mark.parametrize(
    ("rule", "source", "raw"),
    [
        ("workloads_deleted_at_once", "kubernetes_audit", kubernetes("deletecollection", "pods")),
        (
            "pod_evicted_by_person",
            "kubernetes_audit",
            kubernetes("create", "pods", subresource="eviction"),
        ),
        ("cluster_node_changed", "kubernetes_audit", kubernetes("patch", "nodes")),
        (
            "admission_hook_changed",
            "kubernetes_audit",
            kubernetes("patch", "mutatingwebhookconfigurations"),
        ),
        ("cluster_rights_bound", "kubernetes_audit", kubernetes("create", "clusterrolebindings")),
        ("role_self_granted", "github_audit", github("org.update_member", user="bkim")),
        ("hub_role_self_granted", "hf_audit", hub("org.change_role", user="mroux", to="admin")),
        (
            "login_without_job",
            "syslog",
            b"Feb 20 08:00:01 gpu03 pam_slurm[1]: access denied for user bob (uid=1004)",
        ),
        (
            "login_without_job",
            "syslog",
            b"Feb 20 08:00:01 gpu03 pam_slurm_adopt[1]: send_user_msg: "
            b"Access denied by pam_slurm_adopt: you have no active jobs on this node",
        ),
        (
            "package_index_configured",
            "bash_history",
            b"pip config set global.index-url http://e.x/s",
        ),
        ("weights_renamed", "bash_history", b"mv model.safetensors film.mp4"),
        ("gpu_throttled", "bash_history", b"nvidia-smi -i 0 -lgc 210,210"),
        (
            "checkpoint_overwritten_by_command",
            "bash_history",
            b"cp /tmp/step9.pt /shared/ckpt/llm-13b/step9.pt",
        ),
        ("job_api_called", "hf_access", asked(b"POST", b"/api/jobs/")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_rule_fires_on_a_raw_line(rule: str, source: str, raw: bytes) -> None:
    assert rule in fired(source, raw + b"\n")


def gitlab_push(title: str) -> bytes:
    """A push of a changed optimiser to main, as GitLab's webhook tells it."""
    commit = {
        "id": "9f2c" * 10,
        "message": f"{title}\n\nSee merge request lab/trainlib!41\n",
        "timestamp": "2026-02-20T09:00:00+00:00",
        "author": {"name": "Bo Kim", "email": "bkim@lab.example"},
        "added": [],
        "modified": ["trainlib/optim/adamw.py", "trainlib/metrics.py"],
        "removed": [],
    }
    return orjson.dumps(
        {
            "object_kind": "push",
            "event_name": "push",
            "before": "1a" * 20,
            "after": commit["id"],
            "ref": "refs/heads/main",
            "user_username": "bkim",
            "project": {"path_with_namespace": "lab/trainlib", "default_branch": "main"},
            "commits": [commit],
            "total_commits_count": 1,
        }
    )


@pytest.mark.parametrize(
    ("title", "tells"),
    [
        ("Merge branch 'bkim/warmup' into 'main'", False),  # GitLab's own merge
        ("Merge branch 'bkim/warmup'", True),  # git's, made by hand and pushed
        ("Tune the warm-up", True),
    ],
)
def test_what_a_merge_request_brought_is_left_to_review(title: str, tells: bool) -> None:
    found = fired("gitlab_webhook", gitlab_push(title))
    assert ("training_core_edited" in found) is tells
    assert ("evaluation_edited" in found) is tells


def read_by(program: str, path: str, owner: int, serial: int) -> bytes:
    """Records of auditd: somebody's program opened a file of an account to read."""
    head = f"msg=audit(1773136800.000:{serial})"
    return (
        f"type=SYSCALL {head}: arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=1 a2=0"
        " a3=0 items=1 ppid=500 pid=600 auid=1017 uid=1017 gid=1017 euid=1017 suid=1017 fsuid=1017"
        f' egid=1017 sgid=1017 fsgid=1017 tty=pts0 ses=3 comm="{program}"'
        f' exe="/usr/bin/{program}" key="reads"\n'
        f'type=CWD {head}: cwd="/tmp"\n'
        f'type=PATH {head}: item=0 name="{path}" inode=5 dev=08:01 mode=0100644 ouid={owner}'
        f" ogid={owner} rdev=00:00 nametype=NORMAL\n"
    ).encode()


def test_tools_that_copy_the_weights_of_others_are_hits_and_trainings_are_none() -> None:
    def told(program: str, owners: list[int]) -> set[str]:
        lines = [
            read_by(program, f"/shared/ckpt/run-{place}/model.safetensors", owner, place)
            for place, owner in enumerate(owners, 1)
        ]
        batches = pipeline.parse(
            pipeline.log_sources()["auditd"], BytesIO(b"".join(lines)), CONTEXT
        )
        events = pa.concat_tables([batch.events for batch in batches])
        return set(detect(OWN, events).hits["rule"].to_pylist())

    assert "weights_of_several_copied.2" in told("rsync", [1023, 1024, 1025])
    assert "weights_of_several_copied.2" not in told("python3.11", [1023, 1024, 1025])
    assert "weights_of_several_copied.2" not in told("rsync", [1017, 1017])


@pytest.mark.parametrize(
    ("path", "owner", "tells"),
    [
        ("/lustre/home/mkeller/.cache/huggingface/token", 1023, True),
        ("/home/mkeller/.ssh/id_ed25519", 1023, True),
        ("/home/asilva/.cache/huggingface/token", 1017, False),
        ("/home/mkeller/notes.txt", 1023, False),
    ],
)
def test_where_records_tell_only_numbers_a_read_token_is_still_anothers(
    path: str, owner: int, tells: bool
) -> None:
    assert ("token_of_other_read" in fired("auditd", read_by("cat", path, owner, 1))) is tells
