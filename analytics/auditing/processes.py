"""The process that acted: whose it is and which program, as a record's end tells it.

Those words repeat from record to record, so they are read once for each different text.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from analytics.auditing.values import LONGEST_LABEL, Fields, fields, is_set, plain

LAUNCHERS = frozenset(  # programs that start other people's work; their login id says nothing
    {
        *("slurmstepd", "slurmd", "containerd", "conmon", "crun", "runc", "dockerd", "kubelet"),
        *("containerd-shim", "containerd-shim-runc-v1", "containerd-shim-runc-v2"),
    }
)
LONGEST_KEPT = 1024  # characters of a text that is worth remembering


@dataclass(frozen=True, slots=True)
class Process:
    """A process: login and user id, the columns of a row that it fills, and labels."""

    login: str | None
    user: str | None
    user_name: str | None  # of the user id, where the log is enriched
    launcher: bool
    syscall: str | None  # its name, where the log is enriched
    columns: dict[str, Any]
    labels: dict[str, str]


def process_in(text: str) -> Process:
    """The process that the end of a SYSCALL record tells."""
    return _remembered(text) if len(text) <= LONGEST_KEPT else process_of(fields(text))


def process_of(told: Fields) -> Process:
    """The process that the fields of a record tell."""
    executable, command = plain(told.get("exe")), plain(told.get("comm"))
    name = executable.rpartition("/")[2] if executable else None
    return Process(
        login=told.get("auid"),
        user=told.get("uid"),
        user_name=plain(told.get("UID")),
        launcher=name in LAUNCHERS or command in LAUNCHERS,
        syscall=told.get("SYSCALL"),
        columns=_user(told)
        | {"process.executable": executable, "process.name": command or name or None},
        labels=_labels(told),
    )


@lru_cache(maxsize=8192)
def _remembered(text: str) -> Process:
    return process_of(fields(text))


def _user(told: Fields) -> dict[str, Any]:
    login, user = told.get("auid"), told.get("uid")
    effective = told.get("euid") or user
    columns: dict[str, Any] = {}
    if is_set(login):
        columns["user.id"], columns["user.name"] = login, plain(told.get("AUID"))
    elif is_set(user):
        columns["user.id"], columns["user.name"] = user, plain(told.get("UID"))
    if is_set(effective):
        columns["user.effective.id"] = effective
        columns["user.effective.name"] = plain(told.get("EUID") or told.get("UID"))
    return columns


def _labels(told: Fields) -> dict[str, str]:
    labels: dict[str, str] = {}
    for name, field in (("session", "ses"), ("tty", "tty"), ("terminal", "terminal")):
        value = told.get(field)
        if value and value not in ("4294967295", "(none)", "?"):
            labels[name] = value[:LONGEST_LABEL]
    if keys := plain(told.get("key")):
        labels["key"] = keys.replace("\x01", " ")[:LONGEST_LABEL]
    return labels
