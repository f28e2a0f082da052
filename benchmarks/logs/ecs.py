"""Documents as Auditbeat, Filebeat, Elastic Agent and Vector write them, 1 to 2 KB each."""

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 1, 1, tzinfo=UTC)
USERS = ("asilva", "bkim", "mroux", "tnowak", "ana")
PROGRAMS = ("python3", "sbatch", "rsync", "git", "torchrun", "squeue")
Document = dict[str, Any]


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    chance = random.Random(seed)
    kinds = (_process, _process, _sign_in, _container, _request, _vector)
    lines = []
    for number in range(size):
        moment = START + timedelta(milliseconds=number * 137)
        kind: Callable[[int, random.Random], Document] = chance.choice(kinds)
        told = {"@timestamp": f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"}
        lines.append(json.dumps(told | kind(number, chance), separators=(",", ":")))
    return ("\n".join(lines) + "\n").encode()


def _host(chance: random.Random) -> Document:
    name = f"gpu{chance.randint(1, 40):02d}"
    return {
        "name": name,
        "hostname": name,
        "architecture": "x86_64",
        "id": f"4c1d{name}9f0e4b7d8a2b6c5d4e3f2a1b",
        "containerized": False,
        "ip": [f"10.4.{chance.randint(0, 9)}.{chance.randint(1, 250)}", "fe80::42:acff:fe11:2"],
        "mac": ["02-42-AC-11-00-02", "3C-EC-EF-1A-2B-3C"],
        "os": {
            "codename": "jammy",
            "family": "debian",
            "kernel": "5.15.0-113-generic",
            "name": "Ubuntu",
            "platform": "ubuntu",
            "type": "linux",
            "version": "22.04.4 LTS (Jammy Jellyfish)",
        },
    }


def _agent(kind: str, host: Document) -> Document:
    return {
        "ephemeral_id": "0d6f8c1e-3f6b-4f0c-9d5a-0a6d6f7b8c9d",
        "id": "a3f1c2d4-5b6e-47f8-9a0b-1c2d3e4f5a6b",
        "name": host["name"],
        "type": kind,
        "version": "8.15.3",
    }


def _process(number: int, chance: random.Random) -> Document:
    host, user, program = _host(chance), chance.choice(USERS), chance.choice(PROGRAMS)
    pid, uid = chance.randint(2000, 60_000), str(1000 + USERS.index(user))
    names = ("filesystem", "group", "saved")
    return {
        "event": {
            "category": ["process"],
            "type": ["start"],
            "action": "executed",
            "outcome": "success",
            "kind": "event",
            "module": "auditd",
        },
        "user": {
            "name": user,
            "id": uid,
            "audit": {"id": uid, "name": user},
            "group": {"id": uid, "name": user},
        }
        | {name: {"id": uid, "name": user} for name in names if name != "group"},
        "process": {
            "pid": pid,
            "parent": {"pid": pid - 1},
            "name": program,
            "executable": f"/usr/bin/{program}",
            "working_directory": f"/home/{user}/train",
            "args": [program, "train.py", "--seed", str(number), "--out", f"runs/{number % 97}"],
            "title": f"{program} train.py --seed {number}",
        },
        "auditd": {
            "sequence": number,
            "result": "success",
            "session": str(number % 300),
            "summary": {
                "actor": {"primary": user, "secondary": user},
                "object": {"primary": f"/usr/bin/{program}", "type": "file"},
                "how": f"/usr/bin/{program}",
            },
            "data": {
                "arch": "x86_64",
                "argc": "6",
                "exit": "0",
                "syscall": "execve",
                "tty": "pts1",
            },
        },
        "service": {"type": "auditd"},
        "tags": ["gpu"],
        "ecs": {"version": "8.0.0"},
        "agent": _agent("auditbeat", host),
        "host": host,
    }


def _sign_in(number: int, chance: random.Random) -> Document:
    host, user = _host(chance), chance.choice(USERS)
    address, port = (
        f"10.0.{chance.randint(0, 9)}.{chance.randint(1, 250)}",
        30_000 + number % 30_000,
    )
    return {
        "ecs": {"version": "8.0.0"},
        "agent": _agent("filebeat", host),
        "log": {"file": {"path": "/var/log/auth.log"}, "offset": number * 117},
        "message": f"Accepted publickey for {user} from {address} port {port} ssh2: RSA SHA256:x9",
        "fileset": {"name": "auth"},
        "service": {"type": "system"},
        "input": {"type": "log"},
        "event": {
            "ingested": "2026-01-02T00:00:00.000Z",
            "timezone": "+00:00",
            "kind": "event",
            "module": "system",
            "dataset": "system.auth",
            "action": "ssh_login",
            "category": ["authentication", "session"],
            "type": ["info"],
            "outcome": chance.choice(("success", "failure")),
        },
        "process": {"name": "sshd", "pid": chance.randint(2000, 60_000)},
        "related": {"user": [user], "hosts": [host["name"]], "ip": [address]},
        "source": {"ip": address, "port": port, "address": address},
        "system": {"auth": {"ssh": {"method": "publickey", "signature": "RSA SHA256:x9"}}},
        "user": {"name": user},
        "host": host,
    }


def _container(number: int, chance: random.Random) -> Document:
    host, user = _host(chance), chance.choice(USERS)
    pod = f"trainer-{number % 500}"
    return {
        "data_stream": {"type": "logs", "dataset": "kubernetes.container_logs", "namespace": "lab"},
        "elastic_agent": {"id": "b7e1", "version": "8.15.3", "snapshot": False},
        "ecs": {"version": "8.0.0"},
        "agent": _agent("filebeat", host),
        "event": {"dataset": "kubernetes.container_logs"},
        "message": f"step={number} loss={chance.random():.5f} lr=3e-4 tokens={number * 4096}",
        "stream": chance.choice(("stdout", "stderr")),
        "input": {"type": "filestream"},
        "log": {"file": {"path": f"/var/log/containers/{pod}.log"}, "offset": number * 90},
        "container": {
            "id": f"{number % 500:064x}",
            "runtime": "containerd",
            "image": {"name": "lab/train:7"},
        },
        "orchestrator": {"cluster": {"name": "lab", "url": "10.96.0.1:443"}},
        "kubernetes": {
            "namespace": "training",
            "node": {"name": host["name"], "hostname": host["name"], "uid": "7c"},
            "pod": {"name": pod, "uid": f"{number % 500:032x}", "ip": "10.244.3.7"},
            "container": {"name": "trainer"},
            "labels": {"app": "trainer", "owner": user, "batch_kubernetes_io/job-name": pod},
            "namespace_labels": {"kubernetes_io/metadata_name": "training"},
        },
        "host": host,
    }


def _request(number: int, chance: random.Random) -> Document:
    host, address = _host(chance), f"10.0.3.{chance.randint(1, 250)}"
    path = f"/lab/llm-13b/resolve/main/model-{number % 40:05d}-of-00040.safetensors"
    return {
        "agent": _agent("filebeat", host),
        "ecs": {"version": "8.0.0"},
        "data_stream": {"type": "logs", "dataset": "nginx.access", "namespace": "default"},
        "nginx": {"access": {"remote_ip_list": [address]}},
        "log": {"file": {"path": "/var/log/nginx/access.log"}, "offset": number * 210},
        "source": {"address": address, "ip": address},
        "url": {"path": path, "original": path, "extension": "safetensors"},
        "http": {
            "request": {"method": "GET"},
            "version": "1.1",
            "response": {"status_code": 200, "body": {"bytes": chance.randint(1, 5_000_000_000)}},
        },
        "user_agent": {
            "original": "unknown/None; hf_hub/0.24.6; python/3.11.9; torch/2.4.0",
            "name": "Other",
            "device": {"name": "Other"},
        },
        "event": {
            "category": ["web"],
            "type": ["access"],
            "kind": "event",
            "module": "nginx",
            "dataset": "nginx.access",
            "outcome": "success",
            "created": "2026-01-02T00:00:00.000Z",
            "timezone": "+00:00",
        },
        "related": {"ip": [address]},
        "input": {"type": "log"},
        "host": host,
    }


def _vector(number: int, chance: random.Random) -> Document:
    user, host = chance.choice(USERS), f"login{chance.randint(1, 4)}"
    return {
        "event.kind": "event",
        "event.action": "job-submitted",
        "event.category": "process",
        "user.name": user,
        "host.name": host,
        "process.pid": chance.randint(2000, 60_000),
        "process.command_line": f"sbatch --gres=gpu:8 --job-name=llm-{number % 700} train.sh",
        "message": f"Submitted batch job {number} for {user}",
        "source_type": "file",
        "file": "/var/log/jobs.log",
        "labels": {"partition": "gpu", "account": "vision", "qos": "normal", "job": str(number)},
    }
