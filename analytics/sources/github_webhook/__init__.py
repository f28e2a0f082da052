"""GitHub's webhook payloads, bare or in an envelope; a push also gives its commits."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from analytics.event import Batch, Collector, Context, Source, readable
from analytics.forges.pushes import commits_of
from analytics.forges.values import canonical, mapping
from analytics.reading import Document, documents, sampled
from analytics.sources.github_webhook.rows import row_of, row_of_commit
from analytics.sources.github_webhook.shapes import Delivery, delivery_of

ENVELOPE = re.compile(
    rb'"(?:event|github_event|x-github-event)"\s*:\s*"[a-z_]+"(?s:.*)"(?:payload|body)"\s*:\s*[{"]',
    re.IGNORECASE,
)
OF_GITHUB = re.compile(rb'"site_admin"\s*:|"node_id"\s*:|api\.github\.com/|/api/v3/repos/')
OBJECT = re.compile(
    rb'"(?:repository|organization|enterprise|pull_request|pusher|installation|sponsorship'
    rb'|marketplace_purchase)"\s*:\s*\{'
)
# Payloads without a repository, and without a sender: an advisory, a first sign of life.
OWN = re.compile(
    rb'"security_advisory"\s*:\s*\{[^{}]{0,4096}"ghsa_id"\s*:\s*"GHSA-'
    rb'|"zen"\s*:\s*"[^"]{1,200}"\s*,\s*"hook_id"\s*:\s*\d'
)
ALONE = frozenset({"action", "sender"})
SENDER = re.compile(rb'"(?:sender|pusher)"\s*:\s*\{')
CUT = 60 << 10  # from this size on a payload may end beyond what is looked at


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each delivery, and after a push one for each of its commits."""
    collector = Collector(context, SOURCE)
    for document in documents(stream):
        delivery = None if document.error else delivery_of(document.value)
        if delivery is None:
            reason = document.error or "not a payload of a GitHub webhook"
            collector.reject(document.number, reason, document.raw)
        else:
            identity = delivery.id or _identity(delivery, document, context)
            row = row_of(delivery, document, identity, context)
            collector.add(row)
            if delivery.kind == "push":
                for commit in commits_of(delivery.payload):
                    collector.add(row_of_commit(commit, row, identity, context))
        if collector.full:
            yield collector.take()
    yield from collector.rest()


def _identity(delivery: Delivery, document: Document, context: Context) -> str:
    """What tells a bare payload apart: all that it says, in whatever order."""
    written = readable(canonical(delivery.payload, document.raw))
    return context.event_id(delivery.kind, written)


def recognises(head: bytes, path: str) -> float:
    """Sure of envelopes with an event and a payload, and of objects with GitHub's marks."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"[", b"{"):
        return 0.0
    sent = SENDER.search(head) is not None or len(head) >= CUT
    if sent and ENVELOPE.search(head):
        return 0.95
    if OWN.search(head[:8192]):
        return 0.9
    told = OBJECT.search(head) or any(mapping(one).keys() == ALONE for one in sampled(head))
    return 0.9 if sent and told and OF_GITHUB.search(head) else 0.0


SOURCE = Source(
    name="github_webhook",
    family="git",
    title="GitHub webhooks",
    recognises=recognises,
    parse=parse,
)
