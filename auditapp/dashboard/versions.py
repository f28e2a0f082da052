"""A rule's versions as people look at them: from when until when, and what changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from itertools import zip_longest

from django.db.models import Count

from analytics.detection.described import Described
from analytics.detection.reloading import Loaded
from auditapp.cases.models import Alert, RuleVersion

AROUND = 3  # lines of a change's surroundings
KINDS = {"+": "added", "-": "removed", "@": "place"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a change: `added`, `removed`, the `place` of what follows, or as it was."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version, how many alerts name it, and the lines in which it differs from the one before;
    none where there is no other before it."""

    row: RuleVersion
    alerts: int
    changes: tuple[Line, ...] = ()


def known(rule_id: str, in_force: Loaded) -> Described | None:
    """The rule or correlation of that id if it is in force, also one that raises no alerts."""
    everything = (*in_force.rules.rules, *in_force.rules.correlations)
    return next((one for one in everything if one.id == rule_id), None)


def versions_of(rule_id: str, in_force: Loaded) -> list[Version]:
    """The newest first. The one in force is among them before it was written down."""
    rows = list(RuleVersion.objects.filter(rule=rule_id))
    rule = known(rule_id, in_force)
    if rule and all(row.version != rule.version for row in rows):
        rows.insert(0, _unwritten(rule, in_force))
    counted = dict(
        Alert.objects.filter(rule=rule_id)
        .order_by()
        .values_list("rule_version")
        .annotate(count=Count("id"))
    )
    return [
        Version(
            row=row,
            alerts=counted.get(row.version, 0),
            changes=tuple(_changes(older.text, row.text)) if older else (),
        )
        for row, older in zip_longest(rows, rows[1:])
    ]


def _unwritten(rule: Described, in_force: Loaded) -> RuleVersion:
    return RuleVersion(
        rule=rule.id,
        version=rule.version,
        title=rule.title,
        severity=rule.severity,
        text=rule.text,
        first=in_force.at,
    )


def _changes(older: str, newer: str) -> Iterator[Line]:
    lines = unified_diff(older.splitlines(), newer.splitlines(), lineterm="", n=AROUND)
    for number, line in enumerate(lines):
        if number > 1:  # behind the names of both files
            yield Line(KINDS.get(line[:1], "same"), line)
