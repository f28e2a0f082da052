"""Commits in the name of somebody else, who was away when they say that they were made (R10)."""

from collections.abc import Iterable
from dataclasses import replace

from analytics.governance.review.persons import Persons
from analytics.governance.review.updates import Update
from analytics.governance.review.verdict import Borrowed, Judged, Why
from analytics.site import Site

UNSEEN = frozenset({Why.PUSHED, Why.MORE_COMMITS, Why.REWRITTEN})
"""Pushes without a forge in between, which writes committers of its own."""


def borrowed(update: Update, lander: str | None, persons: Persons) -> tuple[Borrowed, ...]:
    """The commits of an update whose author and committer are one known person other than whoever
    landed it. Whoever picks or rebases the work of another is its committer: that is not meant.
    """
    if lander is None:
        return ()
    found = []
    for commit in update.commits:
        authors = persons.behind((commit.author,), commit.time)
        if len(authors) == 1 and authors == persons.behind((commit.committer,), commit.time):
            (name,) = authors
            if name != lander:
                found.append(Borrowed(name, commit.time, commit.event))
    return tuple(found)


def of_people_away(judged: Iterable[Judged], site: Site) -> list[Judged]:
    """Pushes around review of commits that were made in the name of people who were on leave then,
    with those commits among their events. A commit from before the leave may well be theirs."""
    found = []
    for one in judged:
        if one.lander is None or one.why not in UNSEEN:
            continue
        events = [it.event for it in one.borrowed if site.away(it.person, it.made)]
        if events:
            found.append(replace(one, blamed=one.lander, events=(*one.events, *events)))
    return found
