"""What LAUREL knows beyond the kernel's records: parents, containers, services, variables."""

from typing import Any

from analytics.auditing.deeds import MOST_LABELS
from analytics.auditing.tables import Row
from analytics.auditing.values import LONGEST_LABEL
from analytics.jsonlog.values import Payload, mapping
from analytics.sources.laurel.records import word

PARENTS = ("PPID", "SPAWNED_BY")  # of which the last one counts; once PARENT_INFO beside the call
KEPT = (("SCRIPT", "script"), ("LABELS", "process_labels"), ("EXE_HASH", "exe_hash"))
MOST_VARIABLES = 8


def add_enrichment(row: Row, event: Payload) -> None:
    """Adds the parent's program, and labels named as in LAUREL's own records."""
    labels = row["labels"]
    call, parent, container = event.get("SYSCALL"), event.get("PARENT_INFO"), None
    if isinstance(parent, dict):
        row["process.parent.executable"] = word(parent.get("exe"))
        _label(labels, "parent_command_line", parent.get("ARGV"))
    if isinstance(call, dict):
        for name in PARENTS:
            if isinstance(told := call.get(name), dict) and "exe" in told:
                row["process.parent.executable"] = word(told["exe"])
        if isinstance(process := call.get("PID"), dict):
            container = process.get("container")
            _label(labels, "systemd_service", process.get("systemd_service"), "/")
        for name, label in KEPT:
            if name in call:
                _label(labels, label, call[name])
    container = mapping(container or event.get("CONTAINER_INFO"))
    _label(labels, "container.id", container.get("id") or container.get("ID"))
    started = event.get("EXECVE")
    if isinstance(started, dict) and "ENV" in started:
        for name, value in list(mapping(started["ENV"]).items())[:MOST_VARIABLES]:
            _label(labels, f"env.{word(name)}", value)


def _label(labels: dict[str, str], name: str, value: Any, between: str = " ") -> None:
    if not value or len(labels) >= MOST_LABELS + 8:
        return
    if isinstance(value, list):
        told = between.join(filter(None, map(word, value[:64])))
    else:
        told = word(value) or ""
    if told:
        labels.setdefault(name[:256], told[:LONGEST_LABEL])
