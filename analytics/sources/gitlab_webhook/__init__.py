"""GitLab's webhooks and system hooks, bare or in an envelope; a push also gives its commits."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from analytics.event import Batch, Collector, Context, Source
from analytics.forges.deliveries import Envelope, delivery_of
from analytics.forges.pushes import commits_of, row_of_commit
from analytics.forges.values import canonical
from analytics.jsonlog.documents import Row, batches
from analytics.reading import Document, sampled
from analytics.sources.gitlab_webhook.acts import act_of
from analytics.sources.gitlab_webhook.rows import row_of

ENVELOPE = Envelope(
    events=("x-gitlab-event", "gitlab_event", "event"),
    ids=("idempotency-key", "x-gitlab-delivery", "delivery", "delivery_id"),
    marks=("object_kind", "event_name"),
)
HEADS = re.compile(rb'"(?:object_kind|event_name)"\s*:\s*"[a-z_]+"')
HEADER = re.compile(rb'"x-gitlab-event"\s*:\s*\[?\s*"', re.IGNORECASE)
OF_GITLAB = re.compile(
    rb'"(?:path_with_namespace|object_attributes|git_http_url|project_id|group_id|checkout_sha'
    rb'|user_username|ref_protected|build_stage|updated_at)"\s*:'
)
BEGINS = (b"[", b"{")


def read(document: Document, context: Context) -> list[Row] | str:
    """The event of a delivery, and after a push one for each of its commits."""
    delivery = delivery_of(document.value, ENVELOPE)
    if delivery is None:
        return "not a payload of a GitLab webhook"
    act = act_of(delivery)
    if act is None:
        return "a payload that names no event"
    own = canonical(delivery.payload, document.raw).decode("utf-8", "backslashreplace")
    # Not the delivery's id alone: events that follow from one another may share it.
    identity = context.event_id(delivery.id, act.kind, own)
    row = row_of(act, document, identity, context)
    rows = [row]
    if act.action == "push":
        commits = commits_of(delivery.payload)
        rows += [row_of_commit(commit, row, identity, context, "gitlab") for commit in commits]
    return rows


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each delivery, and after a push one for each of its commits."""
    return batches(stream, Collector(context, SOURCE), read)


def recognises(head: bytes, path: str) -> float:
    """Sure of the header's name, and of objects with GitLab's names for the event and the rest."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in BEGINS:
        return 0.0
    values = sampled(head)
    if values:
        return 0.95 if any(_ours(value) for value in values) else 0.0
    named = HEADER.search(head) or HEADS.search(head)
    return 0.9 if named and HEADS.search(head) and OF_GITLAB.search(head) else 0.0


def _ours(value: object) -> bool:
    delivery = delivery_of(value, ENVELOPE)
    act = act_of(delivery) if delivery else None
    return act is not None and act.certain


SOURCE = Source(
    name="gitlab_webhook",
    family="git",
    title="GitLab webhooks",
    recognises=recognises,
    parse=parse,
)
