"""What is asked of a cluster to run: containers, commands, GPUs, and what makes them dangerous."""

from collections.abc import Iterator, Mapping
from typing import Any

from analytics.event import readable

# Resources that run something, Kubernetes' own and those of training operators.
WORKLOADS = frozenset(
    {
        *("pods", "jobs", "cronjobs", "deployments", "daemonsets", "statefulsets"),
        *("replicasets", "replicationcontrollers"),
        *("pytorchjobs", "tfjobs", "mpijobs", "jaxjobs", "xgboostjobs", "paddlejobs", "trainjobs"),
        *("rayjobs", "rayclusters", "rayservices", "workflows", "workloads", "notebooks"),
    }
)
COPIES = ("replicas", "parallelism")
DECISIVE = frozenset({*COPIES, "limits"})  # what is counted; the rest is only copied
MOST_COPIES = 10_000
MOST_PARTS = 1_000
DEEPEST = 8
MOST_CONTAINERS = 64
LONGEST = 8_192
CONTAINERS = ("containers", "initContainers", "ephemeralContainers")
MOUNTED = {  # kinds of volumes, and what of each is its name
    "hostPath": "path",
    "configMap": "name",
    "secret": "secretName",
    "persistentVolumeClaim": "claimName",
}


def of_workload(wanted: Any, labels: dict[str, str]) -> dict[str, Any]:
    """Fields of a workload that the request asks for; adds what is dangerous in it to the labels.

    Only where the audit policy keeps the request's object (level Request or above).
    """
    if not isinstance(wanted, dict):
        return {}
    told: dict[str, Any] = {}
    commands: list[str] = []
    gpus = 0
    _add_maker(wanted, labels)
    for spec, copies in _specs(wanted):
        if isinstance(node := spec.get("nodeName"), str):
            told["job.nodes"] = [readable(node)]
        if isinstance(runs_as := spec.get("serviceAccountName"), str):
            labels["serviceAccountName"] = readable(runs_as)[:1024]
        for flag in ("hostPID", "hostNetwork", "hostIPC"):
            if spec.get(flag) is True:
                labels[flag] = "true"
        _add_volumes(spec, labels)
        for container in _containers(spec):
            commands.extend(_command(container))
            gpus += _gpus(container) * copies
            _add_container(container, labels)
    if commands:
        told["process.command_line"] = readable(" ".join(commands))[:LONGEST]
    if gpus:
        told["job.gpus"] = gpus
    return told


def _specs(value: Any) -> Iterator[tuple[Mapping[str, Any], int]]:
    """Every specification of a pod in an object (itself, in a template, in an operator's roles),
    and how many copies of it are asked for."""
    waiting: list[tuple[Any, int, int]] = [(value, 0, 1)]
    seen = 0
    while waiting and seen < MOST_PARTS:
        found, depth, copies = waiting.pop()
        seen += 1
        if isinstance(found, list):
            waiting.extend((one, depth, copies) for one in reversed(found[:MOST_CONTAINERS]))
        elif isinstance(found, dict):
            if isinstance(found.get("containers"), list):
                yield found, copies
            elif depth < DEEPEST:
                copies *= _copies(found)
                inner = [one for one in found.values() if isinstance(one, dict | list)]
                waiting.extend((one, depth + 1, copies) for one in reversed(inner))


def _copies(found: Mapping[str, Any]) -> int:
    """How often a part is asked for: replicas, or pods of a job that run at once."""
    asked = next((found[name] for name in COPIES if name in found), 1)
    whole = isinstance(asked, int) and not isinstance(asked, bool)
    return asked if whole and 0 <= asked <= MOST_COPIES else 1


def _containers(spec: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name in CONTAINERS:
        listed = spec.get(name)
        if isinstance(listed, list):
            yield from (one for one in listed[:MOST_CONTAINERS] if isinstance(one, dict))


def _command(container: Mapping[str, Any]) -> Iterator[str]:
    for name in ("command", "args"):
        words = container.get(name)
        if isinstance(words, list):
            yield from (word for word in words[:200] if isinstance(word, str))


def _gpus(container: Mapping[str, Any]) -> int:
    """Devices whose resource is called …/gpu or …gpu…, such as nvidia.com/gpu."""
    resources = container.get("resources")
    limits = resources.get("limits") if isinstance(resources, dict) else None
    if not isinstance(limits, dict):
        return 0
    counts = (str(count) for name, count in limits.items() if "gpu" in str(name))
    return sum(
        int(count) for count in counts if count.isascii() and count.isdigit() and len(count) < 7
    )


def _add_container(container: Mapping[str, Any], labels: dict[str, str]) -> None:
    image, security = container.get("image"), container.get("securityContext")
    if isinstance(image, str):
        labels["image"] = readable(image)[:1024]
    if isinstance(security, dict):
        if security.get("privileged") is True:
            labels["privileged"] = "true"
        added = security.get("capabilities")
        if isinstance(added, dict) and isinstance(added.get("add"), list):
            _add(labels, "capabilities", ", ".join(map(str, added["add"][:32])))


def _add_volumes(spec: Mapping[str, Any], labels: dict[str, str]) -> None:
    volumes = spec.get("volumes")
    for volume in volumes[:MOST_CONTAINERS] if isinstance(volumes, list) else ():
        for kind, naming in MOUNTED.items() if isinstance(volume, dict) else ():
            if isinstance(mounted := volume.get(kind), dict):
                _add(labels, kind, str(mounted.get(naming)))


def _add_maker(wanted: Mapping[str, Any], labels: dict[str, str]) -> None:
    """What made it (`Job/train-13b`), and how its name begins where the cluster completes it."""
    about = wanted.get("metadata")
    if not isinstance(about, dict):
        return
    if isinstance(begins := about.get("generateName"), str):
        labels["generateName"] = readable(begins)[:1024]
    makers = about.get("ownerReferences")
    if isinstance(makers, list) and makers and isinstance(makers[0], dict):
        kind, name = makers[0].get("kind"), makers[0].get("name")
        if isinstance(kind, str) and isinstance(name, str):
            labels["ownerReference"] = readable(f"{kind}/{name}")[:1024]


def node_of(wanted: Any) -> str | None:
    """The node to which a pod is bound."""
    target = wanted.get("target") if isinstance(wanted, dict) else None
    name = target.get("name") if isinstance(target, dict) else None
    return readable(name)[:1024] if isinstance(name, str) else None


def of_status(wanted: Any) -> dict[str, str]:
    """Labels of how a pod is: its phase, why, and with which code the first container that ended
    badly, else the first that ended, did."""
    status = wanted.get("status") if isinstance(wanted, dict) else None
    if not isinstance(status, dict):
        return {}
    told = {
        f"status.{name}": readable(status[name])[:1024]
        for name in ("phase", "reason")
        if isinstance(status.get(name), str)
    }
    ended = [*_ended(status)]
    if ended:
        last = next((one for one in ended if one.get("exitCode")), ended[0])
        code, reason = last.get("exitCode"), last.get("reason")
        if isinstance(code, int):
            told["terminated.exitCode"] = str(code)
        if isinstance(reason, str):
            told["terminated.reason"] = readable(reason)[:1024]
    return told


def _ended(status: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """How those containers ended that did."""
    listed = status.get("containerStatuses")
    for one in listed[:MOST_CONTAINERS] if isinstance(listed, list) else ():
        state = one.get("state") if isinstance(one, dict) else None
        ended = state.get("terminated") if isinstance(state, dict) else None
        if isinstance(ended, dict):
            yield ended


def _add(labels: dict[str, str], name: str, told: str) -> None:
    """Says it beside what other containers or volumes have."""
    before = f"{labels[name]}, " if labels.get(name) else ""
    labels[name] = readable(before + told)[:1024]
