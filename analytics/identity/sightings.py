"""Which accounts a day's events name, and what else they say about whose these are."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from analytics.event import account

COLUMNS: tuple[str, ...] = (
    "@timestamp",
    "actor.account",
    "actor.on_behalf_of",
    "event.dataset",
    "git.author",
    "git.pusher",
    "git.reviewers",
    "owner.account",
    "user.email",
    "user.name",
)
MOST = 20_000  # rows of each kind a day: hostile logs may name any number of accounts
LONGEST = 300


class Role(StrEnum):
    """What an account did in an event."""

    ACTED = "acted"
    NAMED = "named"  # as owner, author, reviewer, or the one acted for


class TieKind(StrEnum):
    """What speaks for an account being somebody's."""

    MAIL = "mail"  # the other is an account at the mail system
    PUSHED = "pushed"  # the other is the author of what it pushed
    NUMBERED = "numbered"  # the other is the name of that number in one record
    CALLED = "called"  # the other is a person's name, as the log gives it


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """An account in the events of one source on a day."""

    account: str
    source: str
    role: Role
    events: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """An account and what was seen beside it on a day, in that many events."""

    account: str
    kind: TieKind
    other: str
    events: int


def sightings_of(events: pa.Table) -> list[Sighting]:
    """The accounts of these events, which have at least `COLUMNS`; the most frequent first."""
    found = [*_seen(events, "actor.account", Role.ACTED)]
    flat = _reviewers(events)
    for table, column in (
        *((events, name) for name in ("owner.account", "git.author", "actor.on_behalf_of")),
        (flat, "git.reviewers"),
    ):
        found.extend(_seen(table, column, Role.NAMED))
    return _merged(found)


def ties_of(events: pa.Table) -> list[Tie]:
    """What these events say about whose accounts are, the most frequent first."""
    actors = events["actor.account"]
    email = pc.utf8_lower(events["user.email"])
    mail = pc.if_else(pc.match_substring(email, "@"), email, None)
    numbered = pc.if_else(pc.starts_with(actors, "uid:"), events["user.name"], None)
    people = pc.if_else(pc.starts_with(actors, "uid:"), None, events["user.name"])
    return [
        *_tied(TieKind.MAIL, actors, mail, "mail"),
        *_tied(TieKind.PUSHED, events["git.pusher"], events["git.author"]),
        *_tied(TieKind.NUMBERED, actors, numbered, "unix"),
        *_tied(TieKind.CALLED, actors, people),
    ]


def _seen(events: pa.Table, column: str, role: Role) -> Iterator[Sighting]:
    table = pa.table(
        {
            "account": events[column],
            "source": events["event.dataset"],
            "time": events["@timestamp"],
        }
    ).filter(pc.is_valid(events[column]))
    grouped = table.group_by(["account", "source"]).aggregate(
        [("time", "count"), ("time", "min"), ("time", "max")]
    )
    for row in _foremost(grouped, "time_count"):
        yield Sighting(
            account=row["account"],
            source=row["source"] or "",
            role=role,
            events=row["time_count"],
            first=row["time_min"],
            last=row["time_max"],
        )


def _reviewers(events: pa.Table) -> pa.Table:
    """A row for each reviewer of each event."""
    reviewers = events["git.reviewers"].combine_chunks()
    rows = pc.list_parent_indices(reviewers)
    taken = events.select(["@timestamp", "event.dataset"]).take(rows)
    return taken.append_column("git.reviewers", pc.list_flatten(reviewers))


def _merged(found: list[Sighting]) -> list[Sighting]:
    """One an account, source and role: an account may be named in several ways."""
    merged: dict[tuple[str, str, Role], Sighting] = {}
    for one in found:
        key = (one.account, one.source, one.role)
        other = merged.get(key)
        merged[key] = (
            one
            if other is None
            else Sighting(
                account=one.account,
                source=one.source,
                role=one.role,
                events=one.events + other.events,
                first=min(one.first, other.first),
                last=max(one.last, other.last),
            )
        )
    return list(merged.values())


def _tied(
    kind: TieKind, accounts: pa.ChunkedArray, others: pa.ChunkedArray, other_kind: str = ""
) -> Iterator[Tie]:
    both = pc.and_(pc.is_valid(accounts), pc.is_valid(others))
    table = pa.table({"account": accounts, "other": others}).filter(both)
    grouped = table.group_by(["account", "other"]).aggregate([([], "count_all")])
    for row in _foremost(grouped, "count_all"):
        other = account(other_kind, row["other"]) if other_kind else row["other"]
        if other and other != row["account"] and len(other) <= LONGEST:
            yield Tie(account=row["account"], kind=kind, other=other, events=row["count_all"])


def _foremost(grouped: pa.Table, count: str) -> Iterator[dict[str, Any]]:
    short = pc.and_(
        pc.less_equal(pc.utf8_length(grouped["account"]), LONGEST),
        pc.greater(pc.utf8_length(grouped["account"]), 0),
    )
    order = [(count, "descending"), ("account", "ascending")]
    yield from grouped.filter(short).sort_by(order).slice(0, MOST).to_pylist()
