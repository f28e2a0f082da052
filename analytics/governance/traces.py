"""Traces: who stopped or erased what would have told of them.

Thin so far: what a day's events show of themselves. Silence is not looked for yet.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from analytics.findings import Finding, ReasonKind, Severity
from analytics.selection import OBJECTS, both, done, either, evidence, filled, has, known, matches
from analytics.site import Site
from analytics.store.base import EventStore

COLUMNS: tuple[str, ...] = tuple(
    sorted(
        {
            *("@timestamp", "event.id", "event.action", "event.type", "event.outcome"),
            *("actor.account", "process.command_line", "labels"),
            *OBJECTS,
        }
    )
)

FEWER_RULES = pa.array(["remove_rule", "remove rule"])
AUDIT_COMMANDS = (
    r"(?i)\bauditctl\s+(-D|-e\s*0)\b"
    r"|\bsystemctl\s+(\S+\s+)*(stop|disable|mask|kill)\s+(\S+\s+)*auditd"
    r"|\bservice\s+auditd\s+stop\b|\b(pkill|killall)\s+(\S+\s+)*auditd\b"
)
HISTORY_COMMANDS = (
    r"\bhistory\s+-c|\bunset\s+(\S+\s+)*HISTFILE\b|\bset\s+\+o\s+history\b"
    r"|\bHIST(FILE|SIZE|FILESIZE)=(/dev/null|0|\"\"|'')?(\s|;|$)"
    r"|\b(rm|shred|truncate|unlink|ln)\s.*[._](bash|zsh|sh)?_?history\b"
    r"|>\s*\S*[._](bash|zsh|sh)_history\b"
)
HISTORY_FILE = r"(^|/)\.(bash|zsh|sh)_history$"


def _audit_stopped(events: pa.Table) -> pa.BooleanArray:
    off = pc.equal(pc.map_lookup(events["labels"], "audit_enabled", "first"), "0")
    fewer = pc.is_in(pc.map_lookup(events["labels"], "op", "first"), value_set=FEWER_RULES)
    changed = both(
        has(events, "event.action", "changed-audit-configuration"), either(known(off), known(fewer))
    )
    ended = has(events, "event.action", "shutdown-audit", "aborted-auditd-startup")
    typed = matches(events, "process.command_line", AUDIT_COMMANDS)
    return both(either(changed, ended, typed), done(events))


def _history_erased(events: pa.Table) -> pa.BooleanArray:
    typed = matches(events, "process.command_line", HISTORY_COMMANDS)
    deleted = has(events, "event.type", "deletion")
    return either(typed, both(deleted, matches(events, "file.path", HISTORY_FILE)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A way to leave no trail."""

    title: str
    sentence: str
    severity: Severity
    confidence: float
    tactics: tuple[str, ...]
    select: Callable[[pa.Table], pa.BooleanArray]


CHECKS: Mapping[str, Check] = {
    "stopped_the_audit": Check(
        title="Stopped or weakened the audit",
        sentence="stopped or weakened the audit of {hosts}",
        severity=Severity.CRITICAL,
        confidence=0.7,
        tactics=("defense-impairment",),
        select=_audit_stopped,
    ),
    "erased_history": Check(
        title="Erased the shell history",
        sentence="erased or silenced the shell history on {hosts}",
        severity=Severity.HIGH,
        confidence=0.7,
        tactics=("stealth",),
        select=_history_erased,
    ),
}


def find(day: date, events: pa.Table, site: Site, store: EventStore) -> list[Finding]:
    """A finding for each way to leave no trail and person who took it.

    `events` are the day's, with at least `COLUMNS`. Unknown actors make no finding.
    """
    told = site.directory.joined(events)
    told = told.filter(filled(told, "person"))
    found: list[Finding] = []
    for name, check in CHECKS.items():
        chosen = told.filter(check.select(told))
        for person in sorted(pc.unique(chosen["person"]).to_pylist()):
            own = chosen.filter(pc.equal(chosen["person"], person))
            found.append(_finding(name, check, person, own))
    return found


def _finding(name: str, check: Check, person: str, events: pa.Table) -> Finding:
    kept = evidence(events)
    hosts = sorted(pc.unique(events["host.name"].drop_null()).to_pylist())
    where = hosts[0] if len(hosts) == 1 else f"{len(hosts)} hosts" if hosts else "a host"
    return Finding(
        kind=ReasonKind.TRACES,
        id=name,
        title=check.title,
        person=person,
        time=kept.time,
        points=float(check.severity.points),
        confidence=check.confidence,
        sentence=check.sentence.format(hosts=where),
        events=kept.events,
        resource=kept.resource,
        tactics=check.tactics,
        observed=float(events.num_rows),
    )
