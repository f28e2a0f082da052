"""Raw lines of alice and mallory as the real tools write them, and what our sources read there."""

import importlib
import io
import json
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pyarrow as pa

from analytics.event import Context
from analytics.identity import read_people

Row = dict[str, Any]
Day = tuple[list[Row], float]  # events, and the number that a feature makes of them

PEOPLE = read_people(
    "person,name,team,role,manager,start,end,accounts\n"
    "alice,Alice,vision,researcher,,,,unix:alice;uid:1001;slurm:alice;github:alice-lab;hf:alice;"
    "git:alice@lab.example;okta:alice@lab.example;k8s:alice@lab.example;gcp:alice@lab.example;"
    "wandb:alice@lab.example\n"
    "mallory,Mallory,vision,researcher,,,,unix:mallory;uid:1002;slurm:mallory;github:mal;"
    "github:mal-two;hf:mal;git:mal@lab.example;okta:mal@lab.example;k8s:mal@lab.example;"
    "gcp:mal@lab.example;wandb:mal@lab.example\n"
    "bob,Bob,language,researcher,,,,unix:bob;uid:1003;slurm:bob;github:bob-lab;hf:bob\n"
    "carol,Carol,language,researcher,,,,unix:carol;uid:1004;slurm:carol\n"
)
UIDS = {"alice": 1001, "mallory": 1002, "bob": 1003, "carol": 1004}
TUESDAY = 1_773_136_800  # 2026-03-10, 10:00 UTC
_serial = count(1)


def raw(source: str, *lines: str, host: str = "gpu03", user: str | None = None) -> list[Row]:
    """The events that a source reads in these lines, of which it may reject none."""
    read = importlib.import_module(f"analytics.sources.{source}").SOURCE
    context = Context(
        feed="raw",
        batch="raw",
        origin=f"raw {next(_serial)}",
        received=datetime(2026, 3, 11, tzinfo=UTC),
        host=host,
        user=user,
    )
    batches = list(read.parse(io.BytesIO("\n".join([*lines, ""]).encode()), context))
    assert [batch.rejected for batch in batches if batch.rejected] == []
    return pa.concat_tables([batch.events for batch in batches]).to_pylist()


def audited(by: str, call: int, *paths: tuple[str, str], pid_of: str = "") -> str:
    """A system call of somebody as auditd has it: files with their owners, or whose process."""
    n = next(_serial)
    stamp, uid = f"msg=audit({TUESDAY + n}.000:{n})", UIDS[by]
    ids = " ".join(f"{name}={uid}" for name in ("auid", "uid", "gid", "euid", "suid", "fsuid"))
    lines = [
        f"type=SYSCALL {stamp}: arch=c000003e syscall={call} success=yes exit=0 a0=9 a1=9 a2=0 "
        f"a3=9 items={len(paths)} ppid=900 pid=4101 {ids} egid={uid} sgid={uid} fsgid={uid} "
        f'tty=pts2 ses=12 comm="x" exe="/usr/bin/x" key="k"'
    ]
    if pid_of:
        owner = UIDS[pid_of]
        lines.append(
            f'type=OBJ_PID {stamp}: opid=8000 oauid={owner} ouid={owner} oses=4 ocomm="python3"'
        )
    lines.append(f'type=CWD {stamp}: cwd="/"')
    for item, (path, owner) in enumerate(paths):
        lines.append(
            f'type=PATH {stamp}: item={item} name="{path}" inode={n} dev=fd:01 mode=0100644 '
            f"ouid={UIDS[owner]} ogid={UIDS[owner]} rdev=00:00 nametype=NORMAL"
        )
    lines.append(f"type=EOE {stamp}: ")
    return "\n".join(lines)


def signed_in(user: str, *hosts: str) -> list[Row]:
    """Sign-ins over ssh, a host each."""
    return [
        row
        for host in hosts
        for row in raw(
            "syslog",
            f"Mar 10 10:00:00 {host} sshd[4]: Accepted publickey for {user} from 10.0.0.9 port 5",
        )
    ]


def typed(user: str, *commands: str) -> list[Row]:
    """Commands of a shell's history."""
    return raw(
        "bash_history",
        *(f"#{TUESDAY + n}\n{command}" for n, command in enumerate(commands)),
        user=user,
    )


def controller(*lines: str) -> list[Row]:
    """What Slurm's controller logs."""
    return raw(
        "slurmctld", *(f"[2026-03-10T10:00:00.{n:03}] {told}" for n, told in enumerate(lines))
    )


def accounted(*rows: str) -> list[Row]:
    """Rows of sacct: id|user|uid|state|nodes|gpus, all of a job of two hours."""
    table = ["JobID|Cluster|User|UID|State|ExitCode|Submit|Start|End|AllocTRES|NodeList"]
    for row in rows:
        job, user, uid, state, nodes, gpus = row.split("|")
        table.append(
            f"{job}|lab1|{user}|{uid}|{state}|0:0|2026-03-10T08:00:00|2026-03-10T08:00:00"
            f"|2026-03-10T10:00:00|gres/gpu={gpus}|{nodes}"
        )
    return raw("slurm_sacct", *table)


def asked_cluster(
    user: str, verb: str, resource: str, name: str = "", code: int = 200, part: str = ""
) -> list[Row]:
    """A request to Kubernetes' API server."""
    of = {"resource": resource, "namespace": "vision", "name": name, "apiVersion": "v1"}
    return raw(
        "kubernetes_audit",
        json.dumps(
            {
                "kind": "Event",
                "apiVersion": "audit.k8s.io/v1",
                "level": "Metadata",
                "auditID": f"a{next(_serial)}",
                "stage": "ResponseComplete",
                "requestURI": f"/api/v1/namespaces/vision/{resource}/{name}",
                "verb": verb,
                "user": {"username": f"{user}@lab.example", "groups": ["vision"]},
                "sourceIPs": ["10.0.4.17"],
                "objectRef": {**of, **({"subresource": part} if part else {})},
                "responseStatus": {"code": code},
                "requestReceivedTimestamp": "2026-03-10T09:30:00.100000Z",
                "stageTimestamp": "2026-03-10T09:30:00.200000Z",
            }
        ),
    )


def on_github(actor: str, action: str, **more: Any) -> list[Row]:
    """An entry of GitHub's audit log."""
    told = {"actor": actor, "actor_id": 4, "action": action, "org": "lab", "repo": "lab/trainlib"}
    stamped = {"@timestamp": TUESDAY * 1000, "created_at": TUESDAY * 1000}
    return raw(
        "github_audit",
        json.dumps({**stamped, "_document_id": f"d{next(_serial)}", **told, **more}),
    )


def delivered(kind: str, sender: str, payload: dict[str, Any]) -> list[Row]:
    """A webhook of GitHub's."""
    repository = {"name": "trainlib", "full_name": "lab/trainlib", "default_branch": "main"}
    body = {**payload, "repository": repository, "sender": {"login": sender, "type": "User"}}
    told = {"X-GitHub-Event": kind, "X-GitHub-Delivery": f"6f1e-{next(_serial)}"}
    return raw("github_webhook", json.dumps({"headers": told, "body": body}))


def pull_request(sender: str, action: str, number: int, minute: int, lines: int = 10) -> list[Row]:
    """A pull request of mallory's or alice's that is opened, changed, or `approved`, `merged`."""
    time = f"2026-03-10T10:{minute:02}:00Z"
    author = "alice-lab" if number < 10 else "mal"
    pull = {
        "number": number,
        "state": "open",
        "user": {"login": author, "type": "User"},
        "created_at": time,
        "updated_at": time,
        "head": {"ref": "x", "sha": "d" * 40},
        "base": {"ref": "main", "sha": "a" * 40},
        "additions": lines,
        "deletions": 0,
    }
    if action == "merged":
        pull |= {"merged": True, "merged_at": time, "merged_by": {"login": sender, "type": "User"}}
        pull |= {"closed_at": time, "state": "closed", "merge_commit_sha": "c" * 40}
        return delivered(
            "pull_request", sender, {"action": "closed", "number": number, "pull_request": pull}
        )
    if action in ("approved", "dismissed"):
        review = {"id": number, "user": {"login": sender}, "submitted_at": time, "state": action}
        done = "submitted" if action == "approved" else action
        return delivered(
            "pull_request_review", sender, {"action": done, "review": review, "pull_request": pull}
        )
    return delivered(
        "pull_request", sender, {"action": action, "number": number, "pull_request": pull}
    )


def fetched(
    user: str, *targets: str, method: str = "GET", status: int = 200, size: int = 10
) -> list[Row]:
    """Requests to a mirror of the hub."""
    return raw(
        "hf_access",
        *(
            f'10.4.2.17 - {user} [10/Mar/2026:09:14:02 +0000] "{method} {target} HTTP/1.1" '
            f'{status} {size} "-" "hf_hub/0.29.1"'
            for target in targets
        ),
    )


def at_hub(user: str, kind: str, **more: Any) -> list[Row]:
    """An entry of the hub's audit log."""
    entry = {
        "_id": f"69a2b1c04d5e6f70819{next(_serial):05x}",
        "createdAt": "2026-03-10T10:00:00.000Z",
        "type": kind,
        "message": kind,
        "author": {"_id": "5f0c0a1b2c3d4e5f60718293", "user": user, "type": "user"},
        **more,
    }
    return raw("hf_audit", json.dumps([entry]))


def in_bucket(user: str, method: str, *objects: str) -> list[Row]:
    """What Google's audit log says of objects."""
    return raw(
        "gcs_audit",
        *(
            json.dumps(
                {
                    "protoPayload": {
                        "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
                        "status": {},
                        "authenticationInfo": {"principalEmail": f"{user}@lab.example"},
                        "serviceName": "storage.googleapis.com",
                        "methodName": f"storage.objects.{method}",
                        "resourceName": f"projects/_/buckets/ckpt/objects/{name}",
                    },
                    "insertId": f"i{next(_serial)}",
                    "timestamp": "2026-03-10T08:00:00Z",
                    "logName": "projects/lab/logs/cloudaudit.googleapis.com%2Fdata_access",
                }
            )
            for name in objects
        ),
    )


def signed_on(user: str, kind: str, result: str = "SUCCESS") -> list[Row]:
    """An entry of Okta's log."""
    who = {"id": "00u1", "type": "User", "alternateId": f"{user}@lab.example", "displayName": user}
    return raw(
        "okta_system_log",
        json.dumps(
            [
                {
                    "uuid": f"5c1f4f7e-{next(_serial)}",
                    "published": "2026-03-10T08:00:01.123Z",
                    "eventType": kind,
                    "displayMessage": kind,
                    "actor": who,
                    "client": {"ipAddress": f"198.51.100.{next(_serial) % 250}"},
                    "outcome": {"result": result},
                    "target": [who],
                }
            ]
        ),
    )
