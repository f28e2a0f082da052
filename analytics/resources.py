"""Whose it is and how much it matters: paths, repositories and others with owners."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

import pathspec
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from analytics import tables
from analytics.tables import Row, Table


class ResourceError(Exception):
    """A file of resources cannot be read; the message names line and reason."""


class Criticality(StrEnum):
    """How much depends on it."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    EXTREME = "extreme"


KINDS = (
    *("path", "repository", "branch", "host", "partition", "namespace", "model", "dataset"),
    "code",  # files of repositories, as `repository/path`: who is to look at changes of them
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Whatever matches the pattern (as in .gitignore) belongs to `owner`: an account or
    `team:<name>`, whose members are no strangers to it."""

    kind: str
    pattern: str
    owner: str
    criticality: Criticality = Criticality.MEDIUM


@dataclass(frozen=True)
class Resources:
    """The resources of a site."""

    rows: tuple[Resource, ...] = ()

    @cached_property
    def _matchers(self) -> dict[str, tuple[pathspec.PathSpec[pathspec.Pattern], list[Resource]]]:
        """By kind all patterns as one, which is asked once a name: of several that match, the last
        counts, so the longest is last, and of equally long ones the first of the file."""
        of_kind: dict[str, list[Resource]] = {}
        backwards = self.rows[::-1]
        for row in sorted(backwards, key=lambda row: len(row.pattern)):
            of_kind.setdefault(row.kind, []).append(row)
        return {kind: (_as_one(rows), rows) for kind, rows in of_kind.items()}

    def of(self, kind: str, name: str) -> Resource | None:
        """The most specific resource that the name belongs to, or None."""
        return self._find(kind, name)

    @cached_property
    def _find(self) -> Callable[[str, str], Resource | None]:
        @lru_cache(maxsize=100_000)
        def find(kind: str, name: str) -> Resource | None:
            relative = name.lstrip("/")
            if not relative or ".." in relative.split("/"):
                return None
            if kind not in self._matchers:
                return None
            patterns, rows = self._matchers[kind]
            found = patterns.check_file(relative).index
            return None if found is None else rows[found]

        return find


def _as_one(rows: Sequence[Resource]) -> pathspec.PathSpec[pathspec.Pattern]:
    # A GitIgnoreSpec would put names of files before those of folders, whichever came last.
    return pathspec.PathSpec.from_lines(GitIgnoreSpecPattern, [row.pattern for row in rows])


def resources_of(text: str) -> Table[Resource]:
    """The rows of a resources.csv, and what is wrong with it."""
    return tables.read(text, {"kind", "pattern", "owner"}, _resource)


def read_resources(text: str) -> Resources:
    """The rows of a resources.csv. Raises ResourceError with line and reason."""
    table = resources_of(text)
    if table.problems:
        raise ResourceError(str(min(table.problems, key=lambda problem: problem.line)))
    return Resources(tuple(row for _, row in table.rows))


def _resource(row: Row) -> Resource:
    if row["kind"] not in KINDS:
        raise ValueError(f"kind {row['kind']!r} is none of {', '.join(KINDS)}")
    if not row["owner"]:
        raise ValueError("a resource without an owner")
    return Resource(
        kind=row["kind"],
        pattern=_pattern(row["pattern"]),
        owner=row["owner"],
        criticality=Criticality(row.get("criticality") or "medium"),
    )


def _pattern(text: str) -> str:
    """The pattern. Raises ValueError where nothing could ever match it."""
    compiled = pathspec.GitIgnoreSpec.from_lines([text]).patterns
    if not any(pattern.include for pattern in compiled):
        raise ValueError(f"{text!r} is no pattern that anything matches")
    return text
