"""Changes of files that somebody owns, approved by nobody who does."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from analytics.governance.review.told import Told
from analytics.governance.review.updates import Update
from analytics.governance.review.verdict import Judged, Why
from analytics.resources import Resource, Resources
from analytics.site import Site

LOOKED = frozenset({Why.APPROVED, Why.APPROVED_HEAD, Why.SAME_CONTENT})
TEAM = "team:"
KIND = "code"


def foreign(update: Update, merges: Iterable[Told], one: Judged, site: Site) -> tuple[str, ...]:
    """The files of an approved update that have owners, of whom none wrote or approved it. Files
    that are not told are nobody's."""
    if one.why not in LOOKED:
        return ()
    known = {*one.reviewers, *((one.person,) if one.person else ())}
    return tuple(
        path
        for path in _files(update, merges)
        if (row := owner_of(update.repository, path, site.resources))
        and not any(owns(person, row, update.time, site) for person in known)
    )


def without_owners(judged: Iterable[Judged]) -> list[Judged]:
    """The updates with such files, held against whoever landed them."""
    return [replace(one, blamed=one.lander) for one in judged if one.foreign and one.lander]


def owner_of(repository: str, path: str, resources: Resources) -> Resource | None:
    """Whose a file of a repository is, as the rows of kind `code` say."""
    return resources.of(KIND, f"{repository}/{path}")


def owns(person: str, row: Resource, at: datetime, site: Site) -> bool:
    """Whether it is theirs, or their team's."""
    if row.owner.startswith(TEAM):
        known = site.directory.people.get(person)
        return known is not None and known.team == row.owner.removeprefix(TEAM)
    return site.directory.who(row.owner, at) == person


def _files(update: Update, merges: Iterable[Told]) -> list[str]:
    rows = (update.by, *merges, *update.commits)
    return list(dict.fromkeys(path for row in rows for path in row.files))
