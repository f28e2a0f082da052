"""Cherry-picks: what was reviewed for one branch, brought to another just as it is.

Commits have one patch where our hook on the git server told the same hash of what they change; no
message and no name is believed.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from analytics.governance.review.past import GRACE, Past
from analytics.governance.review.pulls import Opinion
from analytics.governance.review.told import Told, pushed_at
from analytics.governance.review.updates import Update, is_shared, is_whole
from analytics.governance.review.verdict import Judged, Verdict, Why

Judge = Callable[[date, str], list[tuple[Update, Judged]]]
"""The verdicts of a day on the updates of a repository."""


def patches_of(rows: Iterable[Told]) -> Mapping[tuple[str, str], str]:
    """The patch of each commit by repository and hash."""
    return {
        (one.repository, one.commit): patch
        for one in rows
        if one.commit and (patch := one.labels.get("patch"))
    }


def picked(
    patches: Mapping[tuple[str, str], str], past: Past, judge: Judge, update: Update
) -> Opinion | None:
    """Reviewed where each commit of the update has the patch of one that a reviewed update brought
    to another shared branch before; None else."""
    if not is_whole(update):
        return None
    names = [patches.get((update.repository, one.commit or "")) for one in update.commits]
    wanted = {name for name in names if name}
    if None in names or not wanted:
        return None
    origins = [
        (at, one)
        for one in past.same(update.repository, wanted)
        if is_shared(one) and one.branch != update.branch
        if (at := pushed_at(one)) and at < update.time
    ]
    reviewed = [
        (landed, verdict)
        for day in sorted({(at + GRACE).date() for at, _ in origins})
        for landed, verdict in judge(day, update.repository)
        if verdict.verdict is Verdict.REVIEWED
    ]
    found: dict[str, Judged] = {}
    for _, one in origins:
        for landed, verdict in reviewed:
            if landed.branch == one.branch and one.commit in landed.names:
                found.setdefault(one.labels["patch"], verdict)
    if found.keys() != wanted:
        return None
    several = list(found.values())
    persons = {one.person for one in several}
    return Opinion(
        why=Why.PICKED,
        person=persons.pop() if len(persons) == 1 else None,
        reviewers=tuple(sorted({name for one in several for name in one.reviewers})),
        events=tuple(event for one in several for event in one.events),
    )
