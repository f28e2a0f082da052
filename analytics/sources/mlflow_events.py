"""MLflow: runs as its API lists them, its webhooks, and Databricks' audit log of it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context, Source, account, readable
from analytics.jsonlog.documents import Row, batches
from analytics.jsonlog.envelopes import carried
from analytics.jsonlog.samples import Looks
from analytics.jsonlog.values import (
    address,
    at,
    first,
    labels,
    mapping,
    number,
    objects,
    text,
    time_of,
)
from analytics.reading import Document, sampled

SERVICES = ("mlflowExperiment", "mlflowModelRegistry", "mlflowAcledArtifact", "modelRegistry")
ENTITIES = ("registered_model", "model_version", "prompt")
MARKS = (re.compile(rb'"run_id"\s*:'), re.compile(rb'"lifecycle_stage"\s*:'))
ENDED = {"FINISHED": "success", "FAILED": "failure", "KILLED": "failure"}
TYPES = {
    "create": "creation",
    "delete": "deletion",
    "restore": "change",
    "get": "access",
    "search": "access",
}
KEPT = ("experiment_id", "artifact_uri", "lifecycle_stage", "run_name", "deleted_time")


def _in_either(*names: str) -> tuple[str, ...]:
    """Names of an entry, also in an object of its own."""
    return tuple(way + name for way in ("", "run.") for name in names)


LOOKS = Looks(
    at=_in_either(
        *("info.status", "info.lifecycle_stage", "data.tags.key", "serviceName", "actionName"),
        *("response.statusCode", "action", "entity"),
    ),
    words={"run": r"(?s:\{.*)"},
    signs=dict.fromkeys(_in_either("userIdentity.email"), "@"),
    times=_in_either("info.start_time", "info.end_time", "info.deleted_time", "timestamp"),
    addresses=_in_either("sourceIPAddress"),
)


def read(document: Document, context: Context) -> list[Row] | str:
    """The rows of a run (its start, its end, that it is deleted), a webhook or an audit."""
    entry = carried(document.value, "run")
    common = {"event.original": readable(document.raw), "batch.line": document.number}
    if isinstance(entry.get("info"), dict) and "run_id" in entry["info"]:
        rows = _of_run(entry, context)
    elif entry.get("serviceName") in SERVICES:
        rows = _of_audit(entry, document, context)
    elif isinstance(entry.get("action"), str) and isinstance(entry.get("data"), dict):
        rows = _of_webhook(entry, document, context)
    else:
        return "no run, webhook or audit of MLflow"
    return [row | common for row in rows] or "no time that can be read"


def _of_run(entry: Mapping[str, Any], context: Context) -> list[Row]:
    info = mapping(entry["info"])
    run, status = text(info.get("run_id")), text(info.get("status")) or "UNKNOWN"
    tags = {str(tag.get("key")): tag.get("value") for tag in objects(at(entry, "data.tags"))[:200]}
    who = text(info.get("user_id")) or text(tags.get("mlflow.user"))
    owner = account("mlflow", who)
    common = {
        "event.category": "process",
        "owner.account": owner,
        "job.owner": owner,
        "job.id": run,
        "job.name": text(info.get("run_name")) or text(tags.get("mlflow.runName")),
        "process.command_line": text(tags.get("mlflow.source.name")),
        "git.commit": text(tags.get("mlflow.source.git.commit")),
        "labels": labels({name: info.get(name) for name in KEPT}),
    }
    deleted = info.get("lifecycle_stage") == "deleted"
    moments = (
        ("run-started", "start", "RUNNING", "success", info.get("start_time"), True),
        (
            f"run-{status.lower()}",
            "end",
            status,
            ENDED.get(status, "unknown"),
            info.get("end_time"),
            True,
        ),
        (
            "run-deleted",
            "deletion",
            "DELETED",
            "success",
            info.get("deleted_time") or (context.received.isoformat() if deleted else None),
            False,
        ),
    )
    return [
        {
            "@timestamp": time,
            "event.id": context.event_id("mlflow", context.feed, run, action),
            "event.type": kind,
            "event.action": action,
            "event.outcome": outcome,
            "message": f"{(own and who) or 'somebody'}: {action} {common['job.name'] or run}",
            "actor.account": owner if own else None,
            "actor.basis": "owner of the run" if own else "not told",
            "user.name": who if own else None,
            "user.target.name": None if own else who,
            "job.state": state,
            **common,
        }
        for action, kind, state, outcome, told, own in moments
        if told and (time := _moment(told))
    ]


def _moment(told: Any) -> Any:
    return time_of(number(told) if number(told) is not None else told)


def _of_audit(entry: Mapping[str, Any], document: Document, context: Context) -> list[Row]:
    time = time_of(entry.get("timestamp"))
    action = text(entry.get("actionName")) or "unknown"
    who, code = first(entry, "userIdentity.email"), number(at(entry, "response.statusCode"))
    identity = text(entry.get("requestId"))
    return (
        [
            {
                "@timestamp": time,
                "event.id": context.event_id("mlflow", identity, action)
                if identity
                else context.line_id(document.offset, document.raw),
                "event.category": "process",
                "event.type": next(
                    (t for start, t in TYPES.items() if action.startswith(start)), "change"
                ),
                "event.action": action,
                "event.outcome": "failure" if (code or 200) >= 400 else "success",
                "message": f"{who or 'somebody'}: {action}",
                "actor.account": account("mlflow", who),
                "actor.basis": "identity of the audit" if who else "not told",
                "user.name": who,
                "user.email": who if who and "@" in who else None,
                "source.ip": address(entry.get("sourceIPAddress")),
                "user_agent.original": text(entry.get("userAgent")),
                "job.id": first(entry, "requestParams.runId", "requestParams.run_id"),
                "labels": labels(mapping(entry.get("requestParams"))),
            }
        ]
        if time
        else []
    )


def _of_webhook(entry: Mapping[str, Any], document: Document, context: Context) -> list[Row]:
    time = time_of(entry.get("timestamp")) or context.received
    data = mapping(entry["data"])
    entity, action = text(entry.get("entity")) or "model", text(entry["action"]) or "changed"
    name, version = text(data.get("name")), text(data.get("version"))
    return [
        {
            "@timestamp": time,
            "event.id": context.event_id("mlflow", document.raw),
            "event.category": "file",
            "event.type": TYPES.get(action.removesuffix("d"), "change"),
            "event.action": f"{entity}.{action}",
            "event.outcome": "success",
            "message": f"somebody: {entity}.{action} {name or ''} {version or ''}".rstrip(),
            "actor.basis": "not told",
            "hf.repo": name,
            "hf.revision": version,
            "job.id": text(data.get("run_id")),
            "file.path": text(data.get("source")),
            "labels": labels({key: data.get(key) for key in ("alias", "key", "value", "tags")}),
        }
    ]


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """Events of each run, webhook or audit."""
    return batches(stream, Collector(context, SOURCE), read, within=("runs",), looks=LOOKS)


def recognises(head: bytes, path: str) -> float:
    """Sure of runs with an id and a stage of life, and of MLflow's own services and entities."""
    for value in sampled(head):
        entry = carried(value, "run")
        run = mapping(entry.get("info"))
        if entry.get("serviceName") in SERVICES or {"run_id", "lifecycle_stage"} <= run.keys():
            return 0.95
        if str(entry.get("entity")).startswith(ENTITIES) and {"action", "data"} <= entry.keys():
            return 0.9
        if objects(entry.get("runs")) and "info" in objects(entry["runs"])[0]:
            return 0.95
    return 0.8 if all(mark.search(head) for mark in MARKS) and b'"runs"' in head[:64] else 0.0


SOURCE = Source(
    name="mlflow_events",
    family="context",
    title="MLflow runs and audits",
    recognises=recognises,
    parse=parse,
)
