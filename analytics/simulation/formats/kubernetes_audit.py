"""The audit log of a Kubernetes API server: one event a line, at the level of metadata."""

from datetime import UTC, datetime
from uuid import UUID

import orjson

from analytics.simulation.chance import digest

KUBECTL = "kubectl/v1.31.2 (linux/amd64) kubernetes/5864a46"
AUTHENTICATED = "system:authenticated"


def line(
    moment: float,
    user: tuple[str, tuple[str, ...]],
    verb: str,
    thing: tuple[str, str, str],
    address: str,
    *,
    agent: str = KUBECTL,
    code: int = 200,
) -> str:
    """A request: `user` with groups, `thing` its namespace, resource and name (or empty)."""
    namespace, resource, name = thing
    resource, _, part = resource.partition("/")
    path = f"/api/v1/namespaces/{namespace}/{resource}" if namespace else f"/api/v1/{resource}"
    path += (f"/{name}" if name else "") + (f"/{part}" if part else "")
    identity = digest("audit", moment, user[0], path)
    reference = {"resource": resource, "apiVersion": "v1"}
    for key, value in (("namespace", namespace), ("name", name), ("subresource", part)):
        if value:
            reference[key] = value
    event = {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Metadata",
        "auditID": str(UUID(identity, version=4)),
        "stage": "ResponseComplete",
        "requestURI": path if name or verb == "create" else f"{path}?limit=500",
        "verb": verb,
        "user": {"username": user[0], "groups": [*user[1], AUTHENTICATED]},
        "sourceIPs": [address],
        "userAgent": agent,
        "objectRef": reference,
        "responseStatus": {"metadata": {}, "code": code},
        "requestReceivedTimestamp": _stamp(moment),
        "stageTimestamp": _stamp(moment + 0.006),
        "annotations": {
            "authorization.k8s.io/decision": "allow",
            "authorization.k8s.io/reason": f'RBAC: allowed by RoleBinding "{namespace}/members"'
            if namespace
            else 'RBAC: allowed by ClusterRoleBinding "viewers"',
        },
    }
    return orjson.dumps(event).decode() + "\n"


def _stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
