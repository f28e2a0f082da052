"""Weights & Biases' audit log: who deleted, stopped or overwrote a run, a project, an artefact."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from analytics.event import Batch, Collector, Context, Source, account, readable
from analytics.jsonlog.documents import Row, batches
from analytics.jsonlog.samples import Looks
from analytics.jsonlog.values import address, first, known, labels, mapping, number, text, time_of
from analytics.reading import Document, sampled

ACTION = re.compile(
    r"(?:artifact|project|report|run|sweep|team|user|serviceaccount|automation):[a-z_]+"
)
MARKS = (
    re.compile(rb'"action"\s*:\s*"(?:run|artifact|project|user|team):[a-z_]+"'),
    re.compile(rb'"actor_user_id"'),
)
TYPES = {"create": "creation", "invite": "creation", "read": "access", "delete": "deletion",
         "permanently": "deletion", "login": "start", "logout": "end", "stop": "end"}  # fmt: skip
SIGN_IN = ("user:login", "user:logout")
CATEGORIES = {"user": "iam", "team": "iam", "serviceaccount": "iam"}
KEPT = (
    *("entity_name", "entity_asset", "project_asset", "artifact_asset", "artifact_digest"),
    *("artifact_qualified_name", "artifact_version_index", "report_asset", "report_name"),
    *("user_asset", "user_email", "cli_version", "response_code", "run_asset"),
)

NUMBERS = ("actor_user_id", "actor_user_index")
LOOKS = Looks(
    at=("action", "response_code"),
    signs=dict.fromkeys(("actor_email", "actor_username", *NUMBERS), "@"),
    times=("timestamp",),
    addresses=("actor_ip",),
    counts=NUMBERS,
)


def read(document: Document, context: Context) -> list[Row] | str:
    """The row of an entry."""
    entry = mapping(document.value)
    action, time = text(entry.get("action")), time_of(entry.get("timestamp"))
    if action is None or time is None:
        return f"no {'action' if action is None else 'timestamp that is a time'}"
    kind, _, verb = action.partition(":")
    number_of = known(entry.get("actor_user_id")) or known(entry.get("actor_user_index"))
    who = first(entry, "actor_email", "actor_username") or number_of
    code = number(entry.get("response_code"))
    run = first(entry, "run_name", "run_asset")
    thing = first(entry, "artifact_qualified_name", "run_name", "project_name", "user_email")
    return [
        {
            "@timestamp": time,
            "event.id": context.event_id("wandb", document.raw),
            "event.category": "authentication"
            if action in SIGN_IN
            else CATEGORIES.get(kind, "file" if kind == "artifact" else "process"),
            "event.type": TYPES.get(verb.partition("_")[0], "change"),
            "event.action": action,
            "event.outcome": "failure" if (code or 200) >= 400 else "success",
            "event.original": readable(document.raw),
            "message": f"{who or 'somebody'}: {action} {thing or ''}".rstrip(),
            "actor.account": account("wandb", who),
            "actor.basis": "actor of the entry" if who else "not told",
            "user.name": who,
            "user.id": number_of,
            "user.email": who if who and "@" in who else None,
            "user.target.name": first(entry, "user_email", "user_asset"),
            "source.ip": address(entry.get("actor_ip")),
            "http.response.status_code": code if code and 0 < code < 1000 else None,
            "job.name": first(entry, "project_name"),
            "job.id": run,
            "batch.line": document.number,
            "labels": labels({name: entry.get(name) for name in KEPT}),
        }
    ]


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each entry."""
    return batches(stream, Collector(context, SOURCE), read, looks=LOOKS)


def recognises(head: bytes, path: str) -> float:
    """Sure of entries with an action of W&B's and its actor or response code."""
    for value in sampled(head):
        entry = mapping(value)
        if ACTION.fullmatch(str(entry.get("action"))[:100]) and "timestamp" in entry:
            return 0.95 if "actor_user_id" in entry or "response_code" in entry else 0.6
    return 0.9 if all(mark.search(head) for mark in MARKS) else 0.0


SOURCE = Source(
    name="wandb_audit",
    family="context",
    title="Weights & Biases audit log",
    recognises=recognises,
    parse=parse,
)
