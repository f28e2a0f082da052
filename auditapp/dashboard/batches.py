"""Which batches of a feed a page's address asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from analytics.moments import in_utc
from auditapp.ingest.models import Batch, Feed

ONLY: dict[str, tuple[str, Q]] = {
    "rejected": ("with rejected lines", Q(rejected__gt=0)),
    "duplicates": ("with duplicates", Q(duplicates__gt=0)),
    "waiting": ("that wait", Q(state__in=(Batch.State.WAITING, Batch.State.WORKING))),
    "failed": ("that failed", Q(state=Batch.State.FAILED)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The batches, newest first; what is left out in words, and the same for links."""

    rows: QuerySet[Batch]
    words: str
    query: str


def ask(feed: Feed, given: Mapping[str, str]) -> Asked:
    """The batches that `rejected`, `duplicates`, `waiting`, `failed`, `source`, `from` and `to`
    ask for; what makes no sense asks for nothing."""
    rows = feed.batches.order_by("-received", "-id")
    words, kept = [], {}
    for name, (title, condition) in ONLY.items():
        if given.get(name):
            rows, kept[name] = rows.filter(condition), "1"
            words.append(title)
    if source := given.get("source", ""):
        rows, kept["source"] = rows.filter(source=source), source
        words.append(f"of {source}")
    for name, title, side in (("from", "since", "gte"), ("to", "before", "lt")):
        time = _time(given.get(name, ""))
        if time is not None:
            rows, kept[name] = rows.filter(**{f"received__{side}": time}), given[name]
            words.append(f"received {title} {time:%Y-%m-%d %H:%M}")
    return Asked(rows=rows, words=", ".join(words), query=urlencode(kept))


def _time(text: str) -> datetime | None:
    try:
        return in_utc(text)
    except ValueError:
        return None
