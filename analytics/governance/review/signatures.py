"""Commits without a signature where nearly all have one (R11)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pyarrow as pa

from analytics.governance.review.customs import FOUR_WEEKS
from analytics.governance.review.past import AT_ONCE
from analytics.governance.review.told import COLUMNS, COMMITTED, Told, told
from analytics.governance.review.verdict import Judged, Verdict
from analytics.store.base import EventStore, Question
from analytics.store.query import All, OneOf

NORM = 0.95  # as in the catalogue
LEAST = 20  # commits: one in twenty of fewer cannot be told from none


def is_signed(commit: Told) -> bool | None:
    """Whether a commit bears a signature, as the forge or the hook tells; None where none does."""
    said = commit.labels.get("verified") or commit.labels.get("signed")
    return None if said is None else said == "true"


def unsigned_where_usual(judged: Iterable[Judged], day: date, store: EventStore) -> list[Judged]:
    """Unreviewed updates with commits without a signature, where in the four weeks before nearly
    all commits bore one; held against whoever landed them."""
    found = [
        one for one in judged if one.unsigned and one.lander and one.verdict is not Verdict.REVIEWED
    ]
    usual = _usual({one.repository for one in found}, day, store)
    return [
        replace(one, blamed=one.lander, events=(*one.events, *one.unsigned))
        for one in found
        if one.repository in usual
    ]


def _usual(places: set[str], day: date, store: EventStore) -> set[str]:
    until = datetime.combine(day, time.min, UTC)
    wanted, tables = sorted(places), list[pa.Table]()
    for at in range(0, len(wanted), AT_ONCE):
        names = OneOf("git.repository", tuple(wanted[at : at + AT_ONCE]))
        query = All((OneOf("event.action", (COMMITTED,)), names))
        tables += store.scan(Question(since=until - FOUR_WEEKS, until=until, query=query), COLUMNS)
    rows = told(*tables, actions=(COMMITTED,))
    counts = Counter(
        (one.repository, signed) for one in rows if (signed := is_signed(one)) is not None
    )
    return {
        place
        for place in places
        if counts[place, True] >= max(LEAST, NORM * (counts[place, True] + counts[place, False]))
    }
