"""Bitbucket's audit log: Data Center's files and API, and the organisation log of the Cloud."""

import io
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context, Source
from analytics.forges.values import mapping
from analytics.jsonlog.documents import Row, batches
from analytics.reading import Document, sampled
from analytics.sources.bitbucket_audit.classic import HEAD, classic
from analytics.sources.bitbucket_audit.cloud import row_of_cloud
from analytics.sources.bitbucket_audit.rows import row_of, type_of

PAGES = ("entities", "values", "data")
I18N = re.compile(rb'"actionI18nKey"\s*:\s*"(?:bitbucket|atlassian|stash)[.\w-]*"')
BEFORE = b"\xef\xbb\xbf \t\r\n"
OBJECTS = re.compile(rb'"(?:affectedObjects|changedValues|extraAttributes)"\s*:')


def read(document: Document, context: Context) -> list[Row] | str:
    """The event of a record."""
    record = mapping(document.value)
    make = row_of if type_of(record) else row_of_cloud if _cloud(record) else None
    row = make(record, document, context) if make else None
    return [row] if row else "not a record of Bitbucket's audit log, or without a time"


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """Records one a line, an array of them, pages as the API gives them, or lines with bars."""
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream)  # type: ignore[type-var]
    collector = Collector(context, SOURCE)
    try:
        if HEAD.match(buffered.peek(4096).lstrip(BEFORE)):
            yield from classic(buffered, collector)
        else:
            yield from batches(buffered, collector, read, within=PAGES)
    finally:
        if buffered is not stream:
            buffered.detach()  # or it would close the stream, which is the caller's


def _cloud(record: Any) -> bool:
    told = mapping(mapping(record).get("attributes"))
    return isinstance(told.get("action"), str) and isinstance(told.get("actor"), dict)


def _ours(value: Any) -> bool:
    page = mapping(value)
    items = next((page[name] for name in PAGES if isinstance(page.get(name), list)), [value])
    for record in map(mapping, items[:8]):
        if type_of(record) and ("affectedObjects" in record or "author" in record):
            return True
        if record.get("type") in ("events", "event") and _cloud(record):
            return True
    return False


def recognises(head: bytes, path: str) -> float:
    """Sure of records with an action's key and what was affected."""
    begun = head.lstrip(BEFORE)
    if begun[:1] not in (b"[", b"{"):
        return 0.9 if HEAD.match(begun) else 0.0
    values = sampled(head)
    if values:
        return 0.95 if any(map(_ours, values)) else 0.0
    return 0.9 if I18N.search(head) and OBJECTS.search(head) else 0.0


SOURCE = Source(
    name="bitbucket_audit",
    family="git",
    title="Bitbucket audit log",
    recognises=recognises,
    parse=parse,
)
