"""Whose it is and how much it matters: paths, repositories and others with owners."""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

import pathspec


class ResourceError(Exception):
    """A file of resources cannot be read; the message names line and reason."""


class Criticality(StrEnum):
    """How much depends on it."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    EXTREME = "extreme"


KINDS = ("path", "repository", "branch", "host", "partition", "namespace", "model", "dataset")


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
    def _matchers(self) -> dict[str, list[tuple[pathspec.GitIgnoreSpec, Resource]]]:
        """By kind, the longest pattern first."""
        found: dict[str, list[tuple[pathspec.GitIgnoreSpec, Resource]]] = {}
        for row in sorted(self.rows, key=lambda row: -len(row.pattern)):
            spec = pathspec.GitIgnoreSpec.from_lines([row.pattern])
            found.setdefault(row.kind, []).append((spec, row))
        return found

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
            for spec, row in self._matchers.get(kind, ()):
                if spec.match_file(relative):
                    return row
            return None

        return find


def read_resources(text: str) -> Resources:
    """The rows of a resources.csv. Raises ResourceError with line and reason."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), restval="", strict=True)
    try:
        return Resources(tuple(_rows(reader)))
    except csv.Error as error:
        raise ResourceError(f"line {reader.reader.line_num}: {error}") from error


def _rows(reader: "csv.DictReader[str]") -> Iterable[Resource]:
    missing = {"kind", "pattern", "owner"} - set(reader.fieldnames or ())
    if missing:
        raise ResourceError(f"line 1: no column {', '.join(sorted(missing))}")
    for row in reader:
        try:
            if row["kind"] not in KINDS:
                raise ValueError(f"kind {row['kind']!r} is none of {', '.join(KINDS)}")
            if not row["owner"].strip():
                raise ValueError("a resource without an owner")
            yield Resource(
                kind=row["kind"],
                pattern=_pattern(row["pattern"]),
                owner=row["owner"].strip(),
                criticality=Criticality(row.get("criticality") or "medium"),
            )
        except ValueError as error:
            raise ResourceError(f"line {reader.line_num}: {error}") from error


def _pattern(text: str) -> str:
    """The pattern. Raises ValueError where nothing could ever match it."""
    compiled = pathspec.GitIgnoreSpec.from_lines([text]).patterns
    if not any(pattern.include for pattern in compiled):
        raise ValueError(f"{text!r} is no pattern that anything matches")
    return text
