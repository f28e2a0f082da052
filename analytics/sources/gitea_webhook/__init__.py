"""Webhooks of Gitea, Forgejo and Gogs, bare or in an envelope; a push also gives its commits."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from analytics.event import Batch, Collector, Context, Source
from analytics.forges.deliveries import Envelope, delivery_of
from analytics.forges.pushes import commits_of, row_of_commit
from analytics.forges.values import canonical
from analytics.jsonlog.documents import Row, batches
from analytics.reading import Document, sampled
from analytics.sources.gitea_webhook.acts import kind_of
from analytics.sources.gitea_webhook.rows import row_of

ENVELOPE = Envelope(
    events=(
        *("x-gitea-event-type", "x-forgejo-event-type", "x-gitea-event", "x-forgejo-event"),
        *("x-gogs-event-type", "x-gogs-event", "gitea_event", "forgejo_event", "event"),
    ),
    ids=("x-gitea-delivery", "x-forgejo-delivery", "x-gogs-delivery", "delivery", "delivery_id"),
    marks=("sender", "pusher"),
)
HEADER = re.compile(rb'"(?:x-(?:gitea|forgejo|gogs)-event|(?:gitea|forgejo)_event)', re.IGNORECASE)
# Names that these forges give to users and repositories, and GitHub does not.
OF_GITEA = re.compile(
    rb'"(?:stars_count|open_pr_counter|allow_rebase_explicit|internal_tracker|login_name'
    rb'|default_merge_style|has_pull_requests|starred_repos_count|compare_url)"\s*:'
)
SENDER = re.compile(rb'"(?:sender|pusher)"\s*:\s*\{')
CUT = 60 << 10  # from this size on a payload may end beyond what is looked at
OF_GITHUB = re.compile(rb'"(?:node_id|site_admin)"\s*:')
OF_GITLAB = re.compile(rb'"object_kind"\s*:')


def read(document: Document, context: Context) -> list[Row] | str:
    """The event of a delivery, and after a push one for each of its commits."""
    delivery = delivery_of(document.value, ENVELOPE)
    kind = kind_of(delivery) if delivery else None
    if delivery is None or kind is None:
        return "not a payload of a Gitea or Forgejo webhook"
    own = canonical(delivery.payload, document.raw).decode("utf-8", "backslashreplace")
    identity = delivery.id or context.event_id(kind, own)
    row = row_of(kind, delivery, document, identity, context)
    rows: list[Row] = [row]
    if row["event.action"] == "push":
        commits = commits_of(delivery.payload)
        rows += [row_of_commit(commit, row, identity, context, "gitea") for commit in commits]
    return rows


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each delivery, and after a push one for each of its commits."""
    return batches(stream, Collector(context, SOURCE), read)


def recognises(head: bytes, path: str) -> float:
    """Sure of the headers' names, and of objects with words that only these forges use."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"[", b"{"):
        return 0.0
    values = sampled(head)
    if values and not any(delivery_of(value, ENVELOPE) for value in values):
        return 0.0
    sent = SENDER.search(head) is not None or len(head) >= CUT
    others = OF_GITHUB.search(head) or OF_GITLAB.search(head)
    ours = HEADER.search(head) or (OF_GITEA.search(head) and not others)
    return 0.97 if sent and ours else 0.0  # such a delivery looks much like one of GitHub's


SOURCE = Source(
    name="gitea_webhook",
    family="git",
    title="Gitea and Forgejo webhooks",
    recognises=recognises,
    parse=parse,
)
