"""The Hugging Face Hub's webhooks (version 3), bare or in an envelope."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context, Source, account, readable
from analytics.forges.deliveries import BODIES, SENT_NAMES, Delivery, Envelope, delivery_of
from analytics.forges.values import plausible
from analytics.jsonlog.documents import Row, batches
from analytics.jsonlog.samples import Looks
from analytics.jsonlog.values import (
    Payload,
    at,
    canonical,
    first,
    labels,
    mapping,
    number,
    objects,
    text,
)
from analytics.reading import Document, sampled

ENVELOPE = Envelope(
    events=("event",), ids=("delivery", "delivery_id", "x-request-id"), marks=("webhook", "repo")
)
KINDS = frozenset(["model", "dataset", "space", "bucket", "kernel"])
TYPES = {"create": "creation", "delete": "deletion"}
CATEGORIES = {"repo.content": "file"}  # by scope; what has no row is configuration
BRANCH, TAG, REQUEST = "refs/heads/", "refs/tags/", "refs/pr/"
# What is kept beside the fields: a label for each of these paths into the payload.
LABELS = {
    "base": "discussion.changes.base",
    "comment": "comment.id",
    "comment_content": "comment.content",
    "comment_hidden": "comment.hidden",
    "discussion": "discussion.id",
    "discussion_author": "discussion.author.id",
    "discussion_status": "discussion.status",
    "discussion_title": "discussion.title",
    "head_sha": "repo.headSha",
    "is_pull_request": "discussion.isPullRequest",
    "moved_to": "movedTo.name",
    "owner": "repo.owner.id",
    "private": "repo.private",
    "repo_id": "repo.id",
    "updated_config": "updatedConfig",
    "webhook": "webhook.id",
    "webhook_version": "webhook.version",
}
NAMES = ("comment.author", "discussion.author")  # whose id is told, and hardly ever a name


def _in_any(*names: str) -> tuple[str, ...]:
    """Names of a payload, bare or in an envelope."""
    return tuple(way + name for way in ("", *(f"{body}." for body in BODIES)) for name in names)


LOOKS = Looks(
    at=("headers", *_in_any("event.scope", "event.action", "repo.type")),
    words=dict.fromkeys(BODIES, "(?s:.*)"),
    times=SENT_NAMES,
    counts=(
        *(told for name in ENVELOPE.ids for told in (name, name.title(), name.upper())),
        *_in_any("discussion.num"),
    ),
    parts={
        **dict.fromkeys(_in_any("updatedRefs.oldSha", "updatedRefs.newSha"), ("{12}{*}",)),
        **dict.fromkeys(
            _in_any("updatedRefs.ref"),
            tuple(f"{start}{{*}}" for start in (BRANCH, TAG, BRANCH + TAG)),
        ),
    },
)


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each delivery; where references were updated, one for each of them."""
    return batches(stream, Collector(context, SOURCE), read, looks=LOOKS)


def read(document: Document, context: Context) -> list[Row] | str:
    """The events of a delivery, or why it is none."""
    delivery = delivery_of(document.value, ENVELOPE)
    payload = delivery.payload if delivery else {}
    scope, action = first(payload, "event.scope"), first(payload, "event.action")
    if delivery is None or scope is None or action is None:
        return "not a payload of a Hugging Face webhook"
    own = canonical(payload, document.raw).decode("utf-8", "backslashreplace")
    identity = delivery.id or own
    row = _row(delivery, scope, action, document, context)
    references = objects(payload.get("updatedRefs"))
    rows = [{**row, **_updated(row, reference)} for reference in references] or [row]
    return [
        {**one, "event.id": context.event_id("hf-webhook", identity, place)}
        for place, one in enumerate(rows)
    ]


def _row(
    delivery: Delivery, scope: str, action: str, document: Document, context: Context
) -> dict[str, Any]:
    payload = delivery.payload
    sent = plausible(delivery.sent.isoformat(), context) if delivery.sent else None
    repo, kind = first(payload, "repo.name"), first(payload, "repo.type")
    acting = _actor(payload, scope, action)
    told = {name: at(payload, path) for name, path in LABELS.items()}
    told |= {"delivery": delivery.id, "time_basis": "envelope" if sent else "received"}
    request = at(payload, "discussion.isPullRequest") is True
    return {
        "@timestamp": sent or context.received,
        "event.category": CATEGORIES.get(scope, "configuration"),
        "event.type": TYPES.get(action, "change"),
        "event.action": f"{scope}.{action}",
        "event.outcome": "success",
        "event.original": readable(document.raw),
        "message": _sentence(payload, scope, action),
        **acting,
        "url.original": first(payload, "comment.url.web", "discussion.url.web", "repo.url.web"),
        "git.pull_request": number(at(payload, "discussion.num")) if request else None,
        "hf.repo": repo,
        "hf.kind": kind if kind in KINDS else None,
        "hf.revision": first(payload, "repo.headSha"),
        "hf.event": f"{scope}.{action}",
        "batch.line": document.number,
        "labels": labels(told),
    }


def _actor(payload: Payload, scope: str, action: str) -> Row:
    """Who did it, where that is told: only of what was begun, and mostly by id alone."""
    author = next(filter(None, (mapping(at(payload, name)) for name in NAMES)), {})
    if action != "create" or not scope.startswith("discussion") or not author:
        return {"actor.basis": "the webhook names nobody"}
    name = next(filter(None, (text(author.get(key)) for key in ("name", "user"))), None)
    return {
        "actor.account": account("hf", name),
        "actor.basis": "webhook author" if name else "the webhook tells only the author's id",
        "user.name": name,
        "user.id": text(author.get("id")),
    }


def _updated(row: Row, reference: Payload) -> Row:
    """What a reference's update says more."""
    name = text(reference.get("ref")) or "a reference"
    old, new = text(reference.get("oldSha")), text(reference.get("newSha"))
    if old and new:
        done, kind = f"moved from {old[:12]} to {new[:12]}", "change"
    else:
        done, kind = ("created", "creation") if new else ("deleted", "deletion")
    short = name.removeprefix(BRANCH).removeprefix(TAG)
    told = {"ref": name, "old_sha": old, "new_sha": new}
    return {
        "event.type": kind,
        "message": f"{row['hf.repo']}: {name[:200]} {done}",
        "git.branch": short if name.startswith(BRANCH) else None,
        "git.commit": new,
        "hf.revision": short,
        "labels": labels({**dict(row["labels"]), **told}),
    }


def _sentence(payload: Payload, scope: str, action: str) -> str:
    repo = first(payload, "repo.name") or "a repository"
    moved, config = first(payload, "movedTo.name"), mapping(payload.get("updatedConfig"))
    title, num = first(payload, "discussion.title"), number(at(payload, "discussion.num"))
    if moved:
        return f"{repo}: moved to {moved}"
    if scope == "repo.config" and isinstance(config.get("private"), bool):
        return f"{repo}: made {'private' if config['private'] else 'public'}"
    done = {"create": "created", "delete": "deleted", "update": "updated"}.get(action, action)
    if title or num:
        kind = "pull request" if at(payload, "discussion.isPullRequest") is True else "discussion"
        what = "comment on " if scope == "discussion.comment" else ""
        status = first(payload, "discussion.status")
        return f"{repo}: {what}{kind} #{num} {(title or '')[:300]} {done} ({status})"
    return f"{repo}: {scope.replace('.', ' ').replace('repo', 'repository')} {done}"


def recognises(head: bytes, path: str) -> float:
    """Sure of payloads that name their scope, the repository and the webhook."""
    values = sampled(head)
    return 0.95 if sum(map(_is_delivery, values)) * 2 > len(values) else 0.0


def _is_delivery(value: Any) -> bool:
    delivery = delivery_of(value, ENVELOPE)
    wanted = ("event.scope", "event.action", "repo.name")
    return delivery is not None and all(first(delivery.payload, path) for path in wanted)


SOURCE = Source(
    name="hf_webhook",
    family="huggingface",
    title="Hugging Face Hub webhooks",
    recognises=recognises,
    parse=parse,
)
