"""Takes in an organisation's audit log that is fetched: each page becomes a batch.

A walk goes from the newest page to what an earlier walk has reached. After each page its place
is kept with the feed; a walk that was interrupted goes on there, and the next one begins at the
newest again. What is fetched twice is stored once, as the events' ids are the Hub's own.
"""

import io
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings

from analytics.reading import documents
from auditapp import clock
from auditapp.ingest import intake, spool
from auditapp.ingest.hubexport import Hub, Page, PageGone, PullFailed
from auditapp.ingest.models import Feed, Pull

SOURCE = "hf_audit"
OVERLAP = timedelta(days=1)  # events may come to light late
LINE_ENDS = bytes.maketrans(b"\r\n", b"  ")  # in JSON they stand only between values
TAIL = 256  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """A page that was taken in: how many events it has, and the batch of those that may be new."""

    events: int
    batch: UUID | None


def pull(hub: Hub, organisation: str, feed: str = "") -> Iterator[Pulled]:
    """Each page of a walk, accepted when it is given. Raises PullFailed.

    What went wrong last stands on the feed's Pull until a walk gets to its end.
    """
    row, _ = Feed.objects.get_or_create(name=feed or f"hf-{organisation}"[:100])
    state, _ = Pull.objects.get_or_create(feed=row)
    try:
        begin = hub.first(organisation)
        if state.next_page:
            try:
                yield from _walk(hub, state, state.next_page)
                return
            except PageGone:
                _save(state, next_page="", reaching=None)
        yield from _walk(hub, state, begin)
    except PullFailed as error:
        _save(state, error=str(error))
        raise


def _walk(hub: Hub, state: Pull, address: str) -> Iterator[Pulled]:
    since = state.reached and state.reached - OVERLAP
    while address:
        with hub.page(address) as page:
            found = _accepted(page, state.feed_id, since)
        newest = max(filter(None, (state.reaching, found.newest)), default=None)
        address = "" if found.known else page.following
        if address:
            _save(state, next_page=address, reaching=newest)
        else:
            now = clock.now()
            reached = max(filter(None, (state.reached, newest)), default=None)
            _save(state, next_page="", reaching=None, reached=reached, finished=now, error="")
        yield Pulled(events=found.events, batch=found.batch)


def _save(state: Pull, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(state, name, value)
    state.save(update_fields=list(changes))


@dataclass(slots=True)
class _Found:
    """What a page holds; `known` says that it and so all pages behind it were had before."""

    events: int = 0
    kept: int = 0
    newest: datetime | None = None
    known: bool = False
    batch: UUID | None = None


def _accepted(page: Page, feed: str, since: datetime | None) -> _Found:
    """Takes in a page's events from `since` on. Raises PullFailed for what is no page."""
    found, name = _Found(), uuid.uuid4().hex
    try:
        spool.check_room()
        with spool.staged(page.body, f"page-{name}") as body:
            _check_array(body)
            lines = io.BufferedReader(_Lines(_items(body, found, since)), spool.BLOCK)
            with spool.staged(lines, f"events-{name}") as log:
                if found.kept:
                    label = intake.Label(source=SOURCE, feed=feed, request=True)
                    found.batch = intake.accept(log, label).id
    except spool.SpoolFull as error:
        raise PullFailed(f"no room at the moment: {error}") from error
    return found


def _check_array(body: BinaryIO) -> None:
    """Raises PullFailed unless it begins and ends as an array does."""
    begun = body.read(TAIL).lstrip(b"\xef\xbb\xbf \t\r\n")
    end = body.seek(0, io.SEEK_END)
    body.seek(max(0, end - TAIL))
    ended = body.read().rstrip()
    body.seek(0)
    if begun[:1] != b"[" or ended[-1:] != b"]":
        raise PullFailed("the Hub's answer is no list of events; nothing of this page is taken in")


def _items(body: BinaryIO, found: _Found, since: datetime | None) -> Iterator[bytes]:
    """The events from `since` on, a line each. Raises PullFailed where the page is broken."""
    times: list[datetime | None] = []
    for document in documents(body):
        if document.error or not isinstance(document.value, dict):
            reason = document.error or "not an object"
            raise PullFailed(f"event {found.events + 1} of the page is broken: {reason}"[:300])
        time = _time(document.value.get("createdAt"))
        found.events += 1
        times.append(time)
        if since is None or time is None or time >= since:
            found.kept += 1
            yield document.raw.translate(LINE_ENDS) + b"\n"
    told = [time for time in times if time]
    found.newest = max(told, default=None)
    newest_first = bool(told) and told[0] >= told[-1]
    found.known = since is not None and newest_first and found.kept == 0


def _time(value: Any) -> datetime | None:
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
        time = time and time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return time if time and time <= clock.now() + OVERLAP else None


class _Lines(io.RawIOBase):
    """Lines as a stream."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines, self._rest = lines, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._rest or next(self._lines, b"")
        size = min(len(data), len(buffer))
        buffer[:size], self._rest = data[:size], data[size:]
        return size


def configured() -> tuple[Hub, list[str]]:
    """The Hub of the settings, and the organisations that are fetched by the clock."""
    return Hub(endpoint=settings.HF_ENDPOINT, token=settings.HF_TOKEN), settings.HF_ORGANISATIONS
