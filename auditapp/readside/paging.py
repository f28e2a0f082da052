"""Pages that neither skip nor double a row while rows change: each begins behind a key, never at
a number. A cursor is that key, and is opaque to whoever carries it."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import orjson
from django.db.models import Model, Q, QuerySet
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.moments import in_utc
from auditapp.cases.documents import Document, written
from auditapp.cases.stamping import FIRST

USUAL, MOST = 100, 1000
LONGEST = 2000  # characters of a cursor
Row = TypeVar("Row", bound=Model)
Key = tuple[str | int, ...]
LAST = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some documents, the key of the last one (or where the page began), and whether more wait."""

    results: list[Document]
    after: Key | None
    more: bool


def answer(name: str, page: Page) -> Response:
    """What is sent; `cursor` goes on behind this page, also when it was the last so far."""
    cursor = _packed(name, page.after) if page.after is not None else None
    return Response({"results": page.results, "cursor": cursor, "more": page.more})


def limit_of(request: Request, most: int = MOST) -> int:
    """How many rows are asked for. Raises ParseError."""
    text = request.query_params.get("limit")
    if text is None:
        return min(USUAL, most)
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:9]) <= most:
        raise ParseError(f"limit is a number from 1 to {most}.")
    return int(text)


def time_of(request: Request, name: str) -> datetime | None:
    """A time of the query, in UTC. Raises ParseError."""
    text = request.query_params.get(name, "")
    if not text:
        return None
    try:
        return in_utc(text)
    except ValueError as error:
        raise ParseError(f"{name} is no time; write it like 2026-11-03T14:00:00Z.") from error


def flag_of(request: Request, name: str) -> bool:
    """Whether the query says so. Raises ParseError."""
    text = request.query_params.get(name, "false")
    if text not in ("true", "false"):
        raise ParseError(f"{name} is true or false.")
    return text == "true"


def cursor_of(request: Request, name: str, *kinds: type) -> Key | None:
    """The key in the query's cursor, with parts of these kinds. Raises ParseError for a cursor
    of another list."""
    text = request.query_params.get("cursor", "")
    if not text:
        return None
    try:
        padded = text[:LONGEST] + "=" * (-len(text[:LONGEST]) % 4)
        found = orjson.loads(base64.b64decode(padded, b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise ParseError("The cursor is none.") from error
    if not isinstance(found, list) or found[:1] != [name]:
        raise ParseError("The cursor is of another list.")
    key = found[1:]
    if len(key) != len(kinds) or not all(
        type(part) is kind for part, kind in zip(key, kinds, strict=True)
    ):
        raise ParseError("The cursor is none.")
    if any("\x00" in part for part in key if isinstance(part, str)):
        raise ParseError("The cursor is none.")
    return tuple(key)


def _packed(name: str, key: Key) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([name, *key])).decode().rstrip("=")


def changes(
    request: Request,
    name: str,
    rows: "QuerySet[Row]",
    documents: Callable[[Sequence[Row]], list[Document]],
) -> Response:
    """A page of stamped rows in the order of their last change (see cases.stamping): those behind
    the cursor, else behind `updated_after`. A row that changes again comes again."""
    limit = limit_of(request)
    cursor = cursor_of(request, name, str, int)
    start = time_of(request, "updated_after")
    if cursor is not None:
        stamp, last = moment(str(cursor[0])), bounded(int(cursor[1]))
        rows = rows.filter(Q(updated__gt=stamp) | Q(updated=stamp, pk__gt=last))
    elif start is not None:
        rows = rows.filter(updated__gt=start)
    found: list[Any] = list(rows.order_by("updated", "pk")[: limit + 1])
    shown = found[:limit]
    after: Key = cursor or (written(start or FIRST), bounded(LAST))
    if shown:
        after = (written(shown[-1].updated), shown[-1].pk)
    return answer(name, Page(results=documents(shown), after=after, more=len(found) > limit))


def moment(text: str) -> datetime:
    """A time in a cursor, as `written` gave it. Raises ParseError."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ParseError("The cursor is none.") from error


def bounded(key: int) -> int:
    """A key that the database can hold."""
    return max(min(key, LAST), 0)


def by_key(
    request: Request, name: str, rows: Sequence[tuple[str, Any]], most: int = MOST
) -> tuple[list[Any], Page]:
    """A page of what is ordered by a text that never changes; gives the rows, and the page
    without its documents."""
    limit = limit_of(request, most)
    cursor = cursor_of(request, name, str)
    found = sorted(
        (row for row in rows if cursor is None or row[0] > str(cursor[0])), key=lambda row: row[0]
    )
    shown = found[:limit]
    after = (shown[-1][0],) if shown else cursor
    page = Page(results=[], after=after, more=len(found) > limit)
    return [row for _, row in shown], page
