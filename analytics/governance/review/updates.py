"""Updates of shared branches: what landed where, by whom, and which commits it brought."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from analytics.governance.review.told import COMMITTED, MERGED, PUSHED, Told
from analytics.identity import Directory
from analytics.resources import Resources

CUT = ("commits_cut", "files_cut")
USUAL = frozenset({"main", "master"})  # what default branches are called where nothing says so


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A branch went to `after`, by the event `by`: a push, or a merge whose push was not seen.

    `commits` are those that it brought, as far as they were seen.
    """

    by: Told
    repository: str
    branch: str
    before: str | None
    after: str
    commits: tuple[Told, ...] = ()

    @property
    def time(self) -> datetime:
        """When it landed."""
        return self.by.time

    @property
    def names(self) -> frozenset[str]:
        """The hashes of all that it brought."""
        return frozenset({self.after, *(one.commit for one in self.commits if one.commit)})


def is_whole(update: Update) -> bool:
    """Whether all the commits that an update brought were told, with all their files."""
    total = update.by.labels.get("total_commits", "0")
    cut = any(label in row.labels for row in (update.by, *update.commits) for label in CUT)
    known = total.isdigit() and int(total) <= len(update.commits)
    return known and not cut and update.after in {one.commit for one in update.commits}


def updates(rows: Iterable[Told], directory: Directory, resources: Resources) -> list[Update]:
    """Every update of a shared branch among these events, once, in order of time.

    Two sources that tell of the same update tell of one. A repository of the actor's own is
    their own business.
    """
    rows = list(rows)
    brought: dict[tuple[str, str], list[Told]] = {}
    for row in rows:
        if row.action == COMMITTED and (pushed := row.labels.get("pushed")):
            brought.setdefault((row.repository, pushed), []).append(row)
    found: dict[tuple[str, str, str | None, str], Update] = {}
    for row in rows:
        if row.action == PUSHED and row.commit and row.branch and is_shared(row):
            commits = brought.get((row.repository, row.time.isoformat()), [])
            one = _update(row, row.branch, [it for it in commits if it.branch == row.branch])
            found.setdefault((one.repository, one.branch, one.before, one.after), one)
    landed = {(one.repository, name) for one in found.values() for name in one.names}
    for row in rows:
        seen = (row.repository, row.commit) in landed
        if row.action == MERGED and row.commit and row.branch and is_shared(row) and not seen:
            one = _update(row, row.branch, [])
            found.setdefault((one.repository, one.branch, None, one.after), one)
    several = [one for one in found.values() if not is_own(one.by, directory, resources)]
    return sorted(several, key=lambda one: (one.time, one.by.event))


def _update(row: Told, branch: str, commits: list[Told]) -> Update:
    return Update(
        by=row,
        repository=row.repository,
        branch=branch,
        before=row.labels.get("before") if row.action == PUSHED else None,
        after=row.commit or "",
        commits=tuple(commits),
    )


def is_shared(row: Told) -> bool:
    """Protected, or the default branch."""
    return row.protected or is_default(row)


def is_default(row: Told) -> bool:
    """The default branch as the event's label says, or as such branches are called."""
    default = row.labels.get("default_branch")
    return row.branch in USUAL if default is None else default in ("true", row.branch)


def is_own(row: Told, directory: Directory, resources: Resources) -> bool:
    """Whether the repository is the actor's own."""
    person = directory.who(row.account, row.time) or directory.who(row.behalf, row.time)
    known = resources.of("repository", row.repository)
    forge = (row.account or "").partition(":")[0]
    owner = known.owner if known else f"{forge}:{row.repository.partition('/')[0].lower()}"
    return person is not None and owner in {link.account for link in directory.links_of(person)}
