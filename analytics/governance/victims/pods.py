"""Pods as runs, and what people change of what pods use: read out of a cluster's audit trail.

Nobody tells of a pod as accounting tells of a job, so `lives` puts its life together. What serves
for good (deployments and the like) is no victim: its pods come and go as it is changed.
"""

import re
from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from analytics.governance.victims import lives, runs
from analytics.governance.victims.lives import (
    COLUMNS,
    ENDS,
    LIFE,
    SYSTEM,
    TRAINED_BY,
    Cluster,
    Pod,
    Row,
)
from analytics.governance.victims.things import folder_of
from analytics.resources import Resources
from analytics.selection import has, known
from analytics.site import Site

__all__ = ["ACTS", "COLUMNS", "ENDS", "LIFE", "THING", "acts_of", "of_events"]
SERVING = ("ReplicaSet", "DaemonSet", "StatefulSet", "ReplicationController", "Deployment", "Node")
CHANGING = ("update", "patch", "delete", "deletecollection")
ENTERING = tuple(
    f"{verb} pods/{part}"
    for verb in ("create", "get", "update", "patch")
    for part in ("exec", "attach", "portforward", "ephemeralcontainers")
)
USED = {
    "configmaps": "configMap",
    "secrets": "secret",
    "persistentvolumeclaims": "persistentVolumeClaim",
}
OF_SPACE = ("resourcequotas", "limitranges", "networkpolicies")
ACTS = (
    *ENTERING,
    *(f"{verb} {what}" for verb in ("update", "patch") for what in ("pods", *TRAINED_BY)),
    *(f"{verb} {what}" for verb in CHANGING for what in (*USED, "nodes")),
    *(f"{verb} {what}" for verb in ("create", *CHANGING) for what in OF_SPACE),
)
THING = "thing"  # a column beside those of acts: what of a cluster was changed
CLUSTER = "kubernetes"


def of_events(events: pa.Table, site: Site) -> pa.Table:
    """A table of `runs.SCHEMA` of the pods that began, in order of names and time; `events` are
    those of `LIFE` and have at least `COLUMNS`."""
    cluster = lives.of_events(events)
    rows = [_run(pod, cluster, site.resources) for pod in cluster.pods if _counts(pod)]
    rows.sort(key=lambda row: row["run"])
    table = pa.Table.from_pylist(rows, schema=runs.SCHEMA)
    return _with_people(table, site) if rows else table


def acts_of(events: pa.Table, ran: pa.Table) -> pa.Table:
    """People's changes of what pods use, or commands in them: rows of `events` (with `COLUMNS`)
    with a further column `thing`, named as `uses` of runs are."""
    chosen = events.filter(has(events, "event.action", *ACTS))
    chosen = chosen.filter(pc.invert(known(pc.starts_with(chosen["actor.account"], SYSTEM))))
    whole = dict(zip(ran["id"].to_pylist(), ran["array"].to_pylist(), strict=True))
    things = [
        _touched(row["event.action"], dict(row["labels"] or ()), whole)
        for row in chosen.select(["event.action", "labels"]).to_pylist()
    ]
    told = chosen.append_column(THING, pa.array(things, pa.string()))
    return told.filter(pc.is_valid(told[THING]))


def _counts(pod: Pod) -> bool:
    """Whether it began, and is not part of a service."""
    kind = (pod.made.labels.get("ownerReference", "") if pod.made else "").partition("/")[0]
    return pod.began is not None and kind not in SERVING


def _run(pod: Pod, cluster: Cluster, resources: Resources) -> Row:
    """A row of `runs.SCHEMA`; people are not joined yet."""
    space, name = pod.place
    makers = list(cluster.makers(pod))
    whole = f"{space}/{makers[-1][0] if makers else name}"
    accounts = (one.account for one in (pod.made, *(made for _, made in makers)) if one)
    account = next((one for one in accounts if one and not one.startswith(SYSTEM)), None)
    owner = resources.of("namespace", space)
    elapsed = (pod.ended - pod.began).total_seconds() if pod.ended and pod.began else None
    gpus = pod.made.gpus if pod.made else None
    return {
        "run": f"{CLUSTER} {space}/{name} {pod.began:%Y-%m-%dT%H:%M:%S.%f}",
        "id": f"{space}/{name}",
        "array": whole,
        "event": pod.event,
        "account": account or (owner.owner if owner else None),
        "partition": CLUSTER,
        "nodes": [pod.node] if pod.node else [],
        "gpus": gpus,
        "submitted": pod.submitted or pod.began,
        "began": pod.began,
        "ended": pod.ended,
        "elapsed": elapsed,
        "state": pod.state,
        "exit": pod.exit,
        "cancelled_by": pod.cancelled_by,
        "script": re.sub(r"\d+", "#", whole.partition("/")[2]),
        "command": pod.made.command if pod.made else None,
        "gpu_hours": gpus * elapsed / 3600 if gpus and elapsed is not None else None,
        "uses": sorted(_uses(pod, whole)),
    }


def _uses(pod: Pod, whole: str) -> Iterator[str]:
    """What a pod uses of its namespace and of the node's files, and itself."""
    space = pod.place[0]
    yield workload(whole)
    yield named("namespaces", "", space)
    labels = pod.made.labels if pod.made else {}
    for what, label in USED.items():
        for name in filter(None, labels.get(label, "").split(", ")):
            yield named(what, space, name)
    for path in labels.get("hostPath", "").split(", "):
        if folder := folder_of(path):
            yield folder


def named(what: str, space: str, name: str) -> str:
    """How a thing of the cluster is called among what runs use."""
    return f"{what}:{space}/{name}" if space else f"{what}:{name}"


def workload(whole: str) -> str:
    """How a workload is called, or a pod that nothing but a person made."""
    return f"workload:{whole}"


def _touched(action: str, labels: Mapping[str, str], whole: Mapping[str, str]) -> str | None:
    """What a person's request was about."""
    space, name = labels.get("objectRef.namespace") or "", labels.get("objectRef.name") or ""
    what = action.partition(" ")[2].partition("/")[0]
    if what in OF_SPACE:
        return named("namespaces", "", space) if space else None
    if not name:
        return None
    if what == "nodes":
        return name
    if what in USED:
        return named(what, space, name)
    return workload(whole.get(f"{space}/{name}", f"{space}/{name}"))


def _with_people(table: pa.Table, site: Site) -> pa.Table:
    """The runs with the persons of their owners and of those who ended them."""
    times = table["began"]
    for column, account in (("owner", "account"), ("canceller", "cancelled_by")):
        persons = site.directory.persons(table[account], times)
        place = table.schema.get_field_index(column)
        table = table.set_column(place, table.schema.field(column), persons)
    return table
