"""Who stopped or erased what would have told of them, as a day's events show by themselves."""

from collections.abc import Callable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from analytics.findings import Finding, Severity
from analytics.governance.around import Around
from analytics.governance.traces.check import Check, finding
from analytics.selection import OBJECTS, both, done, either, filled, has, known, matches

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
    # for the shell that goes on, or for one that it starts; in front of a script it loses nothing
    r"|\bHIST(FILE|SIZE|FILESIZE)=(/dev/null|0|\"\"|'')?"
    r"(\s*([;&|\n]|$)|\s+(\w+=\S*\s+)*(exec\s+)?(\S*/)?(bash|zsh|sh|ksh|fish|tmux|screen|su)"
    r"(\s+--?[\w-]*)*\s*([;&\n]|$))"
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


CHECKS: Mapping[str, Check] = {
    "stopped_the_audit": Check(
        title="Stopped or weakened the audit",
        sentence="stopped or weakened the audit of {hosts}",
        severity=Severity.CRITICAL,
        confidence=0.7,
        tactics=("defense-impairment",),
    ),
    "erased_history": Check(
        title="Erased the shell history",
        sentence="erased or silenced the shell history on {hosts}",
        severity=Severity.HIGH,
        confidence=0.7,
        tactics=("stealth",),
    ),
}


SELECTS: Mapping[str, Callable[[pa.Table], pa.BooleanArray]] = {
    "stopped_the_audit": _audit_stopped,
    "erased_history": _history_erased,
}


def find(around: Around) -> list[Finding]:
    """A finding for each way to leave no trail and person who took it."""
    told = around.site.directory.joined(around.events)
    somebody = filled(told, "person")
    found: list[Finding] = []
    for name, check in CHECKS.items():
        chosen = told.filter(both(SELECTS[name](told), somebody))
        for person in sorted(pc.unique(chosen["person"]).to_pylist()):
            own = chosen.filter(pc.equal(chosen["person"], person))
            found.append(finding(name, check, person, own, hosts=_where(own)))
    return found


def _where(events: pa.Table) -> str:
    hosts = sorted(pc.unique(events["host.name"].drop_null()).to_pylist())
    return hosts[0] if len(hosts) == 1 else f"{len(hosts)} hosts" if hosts else "a host"
