"""What earlier days have to say about the updates of one: as little as will do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import pyarrow as pa

from analytics.fields import SCHEMA
from analytics.governance.review.told import (
    APPROVED,
    COLUMNS,
    COMMITTED,
    MERGED,
    OF_PULLS,
    PUSHED,
    QUEUED,
    Told,
    told,
)
from analytics.store.base import EventStore, Question, on
from analytics.store.query import All, OneOf, Query

LOOK_BACK = timedelta(days=90)
GRACE = timedelta(minutes=5)  # a forge tells of the merge some seconds after the push it made
NOTHING = SCHEMA.empty_table()
AT_ONCE = 500  # values in one question


class Past:
    """Asks the store about the 90 days up to a day's end, with the day's own events beside."""

    def __init__(self, day: date, events: pa.Table, store: EventStore) -> None:
        start = datetime.combine(day, time.min, UTC)
        self.begin, self.end = start - GRACE, start + timedelta(days=1) - GRACE
        self._midnight, self._start = start + timedelta(days=1), start
        self._events, self._store = events, store

    def near(self) -> list[Told]:
        """Pushes and merges of the day and of the minutes before it, for a merge that is told of
        just after `begin` may be of a push before it."""
        wanted = (PUSHED, MERGED)
        eve = self._scan(_acts(wanted), self.begin - GRACE, self._start)
        return told(*eve, self._events, actions=wanted)

    def commits(self, pushes: Sequence[Told]) -> list[Told]:
        """The commits that pushes brought: they stand in the store where they were made."""
        times = sorted({push.time.isoformat() for push in pushes})
        columns = (*COLUMNS, "message")
        found = self._all((COMMITTED,), "labels.pushed", times, columns)
        return told(self._events, *found, actions=(COMMITTED,))

    def on_branch(self, repository: str, branch: str) -> tuple[list[Told], list[Told]]:
        """The pushes to a branch, and the commits that they brought, each in order of time."""
        acts, place = (PUSHED, COMMITTED), (repository, branch)
        names = (OneOf("git.repository", (repository,)), OneOf("git.branch", (branch,)))
        columns = (*COLUMNS, "message")
        query = All((_acts(acts), *names))
        found = self._scan(query, self._start - LOOK_BACK, self._midnight, columns)
        rows = told(self._events, *found, actions=acts)
        rows = [one for one in rows if (one.repository, one.branch) == place]
        pushes = [one for one in rows if one.action == PUSHED]
        return pushes, [one for one in rows if one.action == COMMITTED]

    def commits_named(self, repository: str, names: Iterable[str]) -> list[Told]:
        """What is told of the commits of a repository with these hashes."""
        found = self._all((COMMITTED,), "git.commit", sorted(set(names)))
        rows = told(self._events, *found, actions=(COMMITTED,))
        return [one for one in rows if one.repository == repository]

    def named(self, names: Iterable[str]) -> dict[tuple[str, str | None], Told]:
        """What is told of the commits with these hashes, by repository and hash."""
        rows = self.commits_with("git.commit", names)
        return {(one.repository, one.commit): one for one in rows}

    def same(self, repository: str, patches: Iterable[str]) -> list[Told]:
        """The commits of a repository with one of these patches, as far as that is told."""
        rows = self.commits_with("labels.patch", patches)
        return [one for one in rows if one.repository == repository]

    def pushes_with(self, label: str, values: Iterable[str]) -> list[Told]:
        """The pushes with one of these values in a label."""
        found = self._all((PUSHED,), label, sorted(set(values)))
        return told(*found, actions=(PUSHED,))

    def commits_with(self, label: str, values: Iterable[str]) -> list[Told]:
        """The commits with one of these values in a label."""
        found = self._all((COMMITTED,), label, sorted(set(values)))
        return told(*found, actions=(COMMITTED,))

    def pulls(self, merges: Iterable[Told]) -> dict[tuple[str, int], list[Told]]:
        """Every step of these pull requests, by repository and number, in order of time."""
        wanted = {(one.repository, one.pull) for one in merges if one.pull is not None}
        numbers = sorted({str(number) for _, number in wanted})
        found = self._all(OF_PULLS, "git.pull_request", numbers)
        steps: dict[tuple[str, int], list[Told]] = {}
        for step in told(*found, self._events, actions=OF_PULLS):
            if step.pull is not None and (step.repository, step.pull) in wanted:
                steps.setdefault((step.repository, step.pull), []).append(step)
        return steps

    def of_commits(self, names: Iterable[str]) -> list[Told]:
        """Pushes, approvals and merge groups of these commits."""
        acts, wanted = (PUSHED, APPROVED, QUEUED), set(names)
        found = self._all(acts, "git.commit", sorted(wanted))
        return [one for one in told(*found, self._events, actions=acts) if one.commit in wanted]

    def reviewing(self, repositories: Iterable[str]) -> frozenset[str]:
        """Those of the repositories whose pull requests are told of."""
        wanted = sorted(set(repositories))
        seen = {one.repository for one in told(self._events, actions=OF_PULLS)}
        for some in _parts([name for name in wanted if name not in seen]):
            query = All((_acts(OF_PULLS), OneOf("git.repository", some)))
            question = Question(since=self._start - LOOK_BACK, until=self._midnight, query=query)
            facets = self._store.facets(question, ["git.repository"], size=len(some))
            seen.update(name for name, _ in facets["git.repository"])
        return frozenset(seen.intersection(wanted))

    def _all(
        self,
        actions: Iterable[str],
        field: str,
        values: Sequence[str],
        columns: Sequence[str] = COLUMNS,
    ) -> list[pa.Table]:
        tables: list[pa.Table] = []
        for some in _parts(values):
            query = All((_acts(actions), OneOf(field, some)))
            tables += self._scan(query, self._start - LOOK_BACK, self._midnight, columns)
        return tables

    def _scan(
        self, query: Query, since: datetime, until: datetime, columns: Sequence[str] = COLUMNS
    ) -> list[pa.Table]:
        question = Question(since=since, until=until, query=query)
        return list(self._store.scan(question, columns))


@dataclass(frozen=True, slots=True)
class Steps:
    """What a day told of pull requests, by repository and number, and of commits."""

    pulls: frozenset[tuple[str, int]]
    commits: frozenset[tuple[str, str]]
    repositories: frozenset[str]


def steps(day: date, store: EventStore) -> Steps:
    """Whatever of a day verdicts on later updates may hang on."""
    acts = (*OF_PULLS, PUSHED, QUEUED)
    asked = replace(on(day), query=_acts(acts))
    rows = told(*store.scan(asked, COLUMNS), actions=acts)
    of_pulls = [one for one in rows if one.action in OF_PULLS]
    return Steps(
        frozenset((one.repository, one.pull) for one in of_pulls if one.pull is not None),
        frozenset((one.repository, one.commit) for one in rows if one.commit),
        frozenset(one.repository for one in of_pulls),
    )


def events_of(day: date, repository: str, store: EventStore) -> pa.Table:
    """What a day tells of a repository."""
    asked = replace(on(day), query=OneOf("git.repository", (repository,)))
    columns = (*COLUMNS, "message")
    tables = list(store.scan(asked, columns))
    return pa.concat_tables(tables) if tables else NOTHING.select(columns)


def _acts(actions: Iterable[str]) -> OneOf:
    return OneOf("event.action", tuple(actions))


def _parts(values: Sequence[str]) -> Iterable[tuple[str, ...]]:
    return (tuple(values[at : at + AT_ONCE]) for at in range(0, len(values), AT_ONCE))
