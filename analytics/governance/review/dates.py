"""Commits that say they are older than what they stand on (R17)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from analytics.governance.review.told import Told
from analytics.governance.review.updates import Update, is_whole
from analytics.governance.review.verdict import Judged
from analytics.governance.review.writers import OF_MERGE

LONG = timedelta(days=7)  # as in the catalogue: no clock is so wrong without anybody noticing
Parents = Mapping[tuple[str, str | None], Told]


def may_be(update: Update) -> bool:
    """Whether any of its commits is so old that it is worth asking on what it stands."""
    return any(one.time < update.time - LONG for one in update.commits)


def dated_back(update: Update, parents: Parents) -> tuple[str, ...]:
    """The commits that say they were made long before the commit on which all of them stand.

    That is so of an update without merges that rewrites nothing. Left out is who does not tell
    when a commit was made, but when its author began it: a rebase leaves that as it was.
    """
    base = parents.get((update.repository, update.before))
    if base is None or update.by.forced or not is_whole(update):
        return ()
    if any(OF_MERGE in one.message or "distinct" in one.labels for one in update.commits):
        return ()
    return tuple(one.event for one in update.commits if one.time < base.time - LONG)


def of_days_gone_by(judged: Iterable[Judged]) -> list[Judged]:
    """The updates with such commits, held against whoever landed them."""
    return [
        replace(one, blamed=one.lander, events=(*one.events, *one.dated_back))
        for one in judged
        if one.lander and one.dated_back
    ]
