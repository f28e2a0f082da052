"""Chains of one person's findings that say together what none of them says alone.

Correlations ask hits of rules. These chains end with what only joined data shows (jobs of others
that failed), so they are asked of findings, when a score is made.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from math import prod
from pathlib import Path

import yaml

from analytics.detection.coverage import rows
from analytics.detection.loading import RuleSet
from analytics.findings import Finding, ReasonKind, Severity
from analytics.risk.joining import SUREST, joined_events

TABLE = Path(__file__).with_name("sequences.yml")
LONGEST = 160  # characters of each stage's sentence
Coverage = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A sequence of the catalogue: each stage by the rows that it may be, within a time."""

    id: str
    title: str
    within: timedelta
    stages: tuple[tuple[str, ...], ...]
    tactics: tuple[str, ...]


@cache
def chains() -> tuple[Chain, ...]:
    """All of them, as sequences.yml has them."""
    told = yaml.safe_load(TABLE.read_text("utf-8"))
    return tuple(
        Chain(
            id=name,
            title=row["title"],
            within=timedelta(hours=row["hours"]),
            stages=tuple(tuple(stage) for stage in row["stages"]),
            tactics=tuple(row["tactics"]),
        )
        for name, row in told.items()
    )


def coverage(rules: RuleSet) -> Coverage:
    """By row of the catalogue: the rules, checks and features that cover it."""
    found = {row.id: set(row.also) for row in rows()}
    for rule in rules.detections:
        for row in rule.catalogue:
            found.setdefault(row, set()).add(rule.id)
    return {row: frozenset(ids) for row, ids in found.items()}


def find(findings: Iterable[Finding], covered: Coverage) -> list[Finding]:
    """A finding for each person and chain of which all stages are there: its newest occurrence."""
    of_person: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        of_person[finding.person].append(finding)
    found = []
    for person, own in sorted(of_person.items()):
        ordered = sorted(own, key=lambda one: (one.time, one.kind, one.id, one.events))
        for chain in chains():
            parts = _newest(chain, ordered, covered)
            if parts:
                found.append(_finding(chain, person, parts))
    return found


def _newest(chain: Chain, ordered: Sequence[Finding], covered: Coverage) -> list[Finding]:
    """The stages of the newest occurrence, empty where there is none."""
    staged = [[one for one in ordered if _is(one, stage, covered)] for stage in chain.stages]
    if not all(staged):
        return []
    for last in reversed(staged[-1]):
        parts = _before(staged[:-1], [last], last, chain)
        if parts:
            return parts
    return []


def _before(
    staged: Sequence[Sequence[Finding]], parts: list[Finding], last: Finding, chain: Chain
) -> list[Finding]:
    """The stages up to these parts, the latest that fit, or nothing. No event is two stages."""
    if not staged:
        return parts
    events = {event for part in parts for event in part.events}
    for one in reversed(staged[-1]):
        follows = one.time <= parts[0].time or one.time.date() == parts[0].time.date()
        near = last.time - one.time <= chain.within
        if follows and near and events.isdisjoint(one.events):
            found = _before(staged[:-1], [one, *parts], last, chain)
            if found:
                return found
    return []


def _is(finding: Finding, stage: Iterable[str], covered: Coverage) -> bool:
    return any(
        finding.kind == name or finding.id in covered.get(name, frozenset()) for name in stage
    )


def _finding(chain: Chain, person: str, parts: Sequence[Finding]) -> Finding:
    """What the parts say together. Each part alone may be wrong; that all are is as unlikely as
    the product says, were they independent."""
    doubt = prod(1 - part.confidence for part in parts)
    told = ", then ".join(_short(part.sentence) for part in parts)
    return Finding(
        kind=ReasonKind.SEQUENCE,
        id=chain.id,
        title=chain.title,
        person=person,
        time=max(part.time for part in parts),
        points=float(Severity.CRITICAL.points),
        confidence=min(SUREST, 1 - doubt),
        sentence=f"{chain.title}: {told}",
        events=joined_events(parts),
        resource=next((part.resource for part in reversed(parts) if part.resource), None),
        tactics=chain.tactics,
    )


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= LONGEST else f"{sentence[: LONGEST - 1]}…"
