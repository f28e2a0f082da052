"""Lines of an API server's audit log, 1 to 2 KB each: controllers, people and their jobs."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.json_lines import json_lines

START = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE = ("asilva@lab.example", "bkim@lab.example", "mroux@lab.example", "tnowak@lab.example")
MACHINES = (
    *("system:node:gpu03", "system:kube-controller-manager", "system:kube-scheduler"),
    *("system:serviceaccount:kube-system:job-controller", "system:serviceaccount:lab:operator"),
)
VERBS = ("get", "get", "list", "watch", "create", "update", "patch", "delete")
RESOURCES = ("pods", "pods", "leases", "configmaps", "secrets", "nodes", "events", "endpoints")
NAMESPACES = ("team-vision", "team-llm", "kube-system", "monitoring")


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(_event, size, seed)


def _event(number: int, chance: random.Random) -> dict[str, Any]:
    moment = START + timedelta(microseconds=number * 41_003)
    person = chance.random() < 0.3
    verb, resource = chance.choice(VERBS), chance.choice(RESOURCES)
    namespace, name = chance.choice(NAMESPACES), f"llm-13b-worker-{number % 977}"
    path = f"/api/v1/namespaces/{namespace}/{resource}/{name}"
    code = chance.choices((200, 201, 404, 403, 409), (80, 10, 5, 3, 2))[0]
    event = {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Metadata",
        "auditID": f"{chance.getrandbits(32):08x}-5b7c-4d2e-9f10-{chance.getrandbits(48):012x}",
        "stage": "ResponseComplete",
        "requestURI": f"{path}?fieldManager=kubectl-client-side-apply&timeout={number % 60}s",
        "verb": verb,
        "user": _user(chance, person=person),
        "sourceIPs": [f"10.0.{chance.randint(0, 9)}.{chance.randint(1, 250)}"],
        "userAgent": "kubectl/v1.31.2 (linux/amd64) kubernetes/5864a46"
        if person
        else "kube-controller-manager/v1.31.2 (linux/amd64) kubernetes/5864a46/leader-election",
        "objectRef": {
            "resource": resource,
            "namespace": namespace,
            "name": name,
            "uid": f"{chance.getrandbits(32):08x}-0a1b-4c2d-8e3f-{number:012x}",
            "apiVersion": "v1",
            "resourceVersion": str(10_000_000 + number),
        },
        "responseStatus": _status(code, name),
        "requestReceivedTimestamp": f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}",
        "stageTimestamp": f"{moment + timedelta(milliseconds=7):%Y-%m-%dT%H:%M:%S.%fZ}",
        "annotations": {
            "authorization.k8s.io/decision": "forbid" if code == 403 else "allow",
            "authorization.k8s.io/reason": f'RBAC: allowed by RoleBinding "{namespace}/trainers"',
        },
    }
    if verb == "create" and resource == "pods":
        event |= {"level": "Request", "requestObject": _pod(name, namespace, number)}
    return event


def _status(code: int, name: str) -> dict[str, Any]:
    status = {"metadata": {}, "code": code}
    if code < 400:
        return status
    return status | {"status": "Failure", "reason": "NotFound", "message": f"{name} not found"}


def _user(chance: random.Random, *, person: bool) -> dict[str, Any]:
    if person:
        return {
            "username": chance.choice(PEOPLE),
            "groups": ["vision", "trainers", "system:authenticated"],
            "extra": {"authentication.kubernetes.io/credential-id": ["X509SHA256=9f0e4b7d8a2b"]},
        }
    return {
        "username": chance.choice(MACHINES),
        "uid": "1f6e2a4c-77b1-4a53-b0a5-9a0c8e5d7f31",
        "groups": ["system:serviceaccounts", "system:nodes", "system:authenticated"],
        "extra": {
            "authentication.kubernetes.io/node-name": ["gpu03"],
            "authentication.kubernetes.io/pod-name": ["operator-7c9d8b6f5-x2x4z"],
            "authentication.kubernetes.io/pod-uid": ["5d1c0b7e-2f3a-4b5c-8d9e-0f1a2b3c4d5e"],
        },
    }


def _pod(name: str, namespace: str, number: int) -> dict[str, Any]:
    return {
        "kind": "Pod",
        "apiVersion": "v1",
        "metadata": {"name": name, "namespace": namespace, "labels": {"app": "trainer"}},
        "spec": {
            "containers": [
                {
                    "name": "pytorch",
                    "image": "registry.lab.example/train:7",
                    "command": ["torchrun", "train.py", "--seed", str(number)],
                    "resources": {"limits": {"nvidia.com/gpu": "8", "memory": "512Gi"}},
                    "volumeMounts": [{"name": "shared", "mountPath": "/shared"}],
                }
            ],
            "volumes": [{"name": "shared", "persistentVolumeClaim": {"claimName": "shared"}}],
            "restartPolicy": "Never",
            "schedulerName": "default-scheduler",
        },
    }
