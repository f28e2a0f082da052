"""What an import would do, line by line, before it does it."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cached_property

from django.db.models import Model

from analytics.event import REALM
from analytics.tables import Problem, Table

PORTION = 500


class NotContext(Exception):
    """The file is none that can be imported; the message says why."""


class Fate(StrEnum):
    """What becomes of a row."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a file leaves unsaid: the realm of numeric ids, and the day on which it holds."""

    realm: str = REALM
    today: date = field(default_factory=lambda: datetime.now(UTC).date())


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of one row: its key in the file's own words, and what differs."""

    line: int
    fate: Fate
    key: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All that an import would do; `write` does it."""

    changes: Sequence[Change]
    problems: Sequence[Problem]
    write: Callable[[], None]
    kind: str = ""

    @cached_property
    def counts(self) -> Counter[Fate]:
        """How many rows of each fate."""
        return Counter(change.fate for change in self.changes)

    @property
    def changes_anything(self) -> bool:
        """Whether anything would not be as it was."""
        return bool(self.counts[Fate.ADDED] or self.counts[Fate.CHANGED])

    @property
    def summary(self) -> str:
        """The counts in words."""
        counts = self.counts
        return (
            f"{counts[Fate.ADDED]} new, {counts[Fate.CHANGED]} changed, "
            f"{counts[Fate.UNCHANGED]} unchanged"
        )


def too_long(row: Model) -> str:
    """Why a row cannot be kept, as not every database says; nothing where it can."""
    for column in row._meta.concrete_fields:
        value, most = getattr(row, column.attname), getattr(column, "max_length", None)
        if most and isinstance(value, str) and len(value) > most:
            return f"{value[:40]!r}… is longer than the {most} characters of a value"
    return ""


def differences(before: Model, after: Model, names: Iterable[str]) -> tuple[str, ...]:
    """What is not as it was, as `team: vision → infra`."""
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in names)
    return tuple(f"{name}: {_shown(old)} → {_shown(new)}" for name, old, new in pairs if old != new)


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, list):
        return " ".join(map(str, value)) or "nothing"
    return str(value) if value not in (None, "") else "nothing"


def plan_rows(table: Table[Model], keys: Sequence[str], values: Sequence[str]) -> Plan:
    """The plan for rows that are told apart by `keys`; rows that are not in the file stay."""
    changes: dict[tuple[object, ...], Change] = {}
    written: dict[tuple[object, ...], Model] = {}
    problems = list(table.problems)
    before = _known(table, keys)
    for line, row in table.rows:
        reason = too_long(row)
        if reason:
            problems.append(Problem(line, reason))
            continue
        key = tuple(getattr(row, name) for name in keys)
        details = differences(before[key], row, values) if key in before else ()
        fate = Fate.ADDED if key not in before else Fate.CHANGED if details else Fate.UNCHANGED
        words = " ".join(_shown(part) for part in key)
        changes[key] = Change(line=line, fate=fate, key=words, details=details)
        written[key] = row
    wanted = [row for key, row in written.items() if changes[key].fate is not Fate.UNCHANGED]

    def write() -> None:
        if wanted:
            type(wanted[0])._default_manager.bulk_create(
                wanted,
                batch_size=PORTION,
                update_conflicts=True,
                unique_fields=list(keys),
                update_fields=list(values),
            )

    return Plan(changes=list(changes.values()), problems=problems, write=write)


def _known(table: Table[Model], keys: Sequence[str]) -> dict[tuple[object, ...], Model]:
    if not table.rows:
        return {}
    rows = type(table.rows[0][1])._default_manager.all()
    return {tuple(getattr(row, name) for name in keys): row for row in rows}
