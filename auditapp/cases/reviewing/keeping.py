"""Keeps the verdicts of a day, and tells which later days hang on what a day told."""

from collections.abc import Collection, Iterable
from datetime import date

from analytics.governance import review
from analytics.governance.review.verdict import Judged, Why
from analytics.site import Site
from analytics.store.base import EventStore
from auditapp.cases.reviewing.models import VerdictRow

LONGEST = 500  # characters of a name


def keep(day: date, judged: Iterable[Judged], site: Site) -> None:
    """Puts the day's verdicts in the place of those it had."""
    known = site.as_of(day).directory.people
    VerdictRow.objects.filter(day=day).delete()
    rows = []
    for one in judged:
        person = known.get(one.person or one.lander or "")
        rows.append(
            VerdictRow(
                day=day,
                time=one.time,
                update=one.events[0],
                repository=one.repository[:LONGEST],
                branch=one.branch[:LONGEST],
                commit=one.commit[:100],
                pull=one.pull,
                verdict=one.verdict.value,
                why=one.why.value,
                account=one.account[:300] if one.account else None,
                lander=one.lander,
                person=one.person,
                team=person.team[:200] if person else "",
                documents=one.documents,
                reviewers=list(one.reviewers),
                events=list(one.events),
            )
        )
    VerdictRow.objects.bulk_create(rows, batch_size=500)


def hanging(days: Iterable[date], known: Collection[date], store: EventStore) -> set[date]:
    """Days that are not `known` with a verdict that what these days tell may change: a step of its
    pull request, an earlier push or approval of its commit, or that there are pull requests."""
    kept = VerdictRow.objects.exclude(day__in=known).order_by("day").values_list("day", flat=True)
    others, found = list(kept.distinct()), set[date]()
    for day in days:
        later = [one for one in others if day < one <= day + review.LOOK_BACK]
        if not later:
            continue
        told = review.steps(day, store)
        rows = VerdictRow.objects.filter(day__in=later).order_by()
        columns = ("day", "repository", "pull", "commit", "why")
        for at, repository, pull, commit, why in rows.values_list(*columns).iterator(2000):
            if (
                (repository, pull) in told.pulls
                or (repository, commit) in told.commits
                or (why == Why.NOTHING_SEEN and repository in told.repositories)
            ):
                found.add(at)
    return found
