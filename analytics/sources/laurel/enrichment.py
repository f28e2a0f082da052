"""What LAUREL knows beyond the kernel's records: parents, containers, services, variables."""

from typing import Any

from analytics.auditing.deeds import MOST_LABELS
from analytics.auditing.tables import Row
from analytics.auditing.values import LONGEST_LABEL
from analytics.jsonlog.values import Payload, mapping
from analytics.sources.laurel.records import word

PARENTS = ("SPAWNED_BY", "PPID")  # in the record of the call; before, beside it


def add_enrichment(row: Row, event: Payload) -> None:
    """Adds the parent's program, and labels named as in LAUREL's own records."""
    call = mapping(event.get("SYSCALL"))
    before = mapping(event.get("PARENT_INFO"))
    parents = [mapping(call.get(name)) for name in PARENTS] + [before]
    row["process.parent.executable"] = next(
        filter(None, (word(parent.get("exe")) for parent in parents)), None
    )
    labels = row["labels"]
    _label(labels, "parent_command_line", before.get("ARGV"))
    process = mapping(call.get("PID"))
    container = mapping(process.get("container")) or mapping(event.get("CONTAINER_INFO"))
    _label(labels, "container.id", container.get("id") or container.get("ID"))
    _label(labels, "systemd_service", process.get("systemd_service"), "/")
    _label(labels, "script", call.get("SCRIPT"))
    _label(labels, "process_labels", call.get("LABELS"))
    _label(labels, "exe_hash", call.get("EXE_HASH"))
    for name, value in list(mapping(mapping(event.get("EXECVE")).get("ENV")).items())[:8]:
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
