"""The process that acted: whose it is and which program, as a record's end tells it.

Those words repeat from record to record, so they are read once for each different text.
"""

from dataclasses import dataclass
from functools import lru_cache

from analytics.auditing.values import LONGEST_LABEL, Fields, fields, is_set, plain

LAUNCHERS = frozenset(  # programs that start other people's work; their login id says nothing
    {
        *("slurmstepd", "slurmd", "containerd", "conmon", "crun", "runc", "dockerd", "kubelet"),
        *("containerd-shim", "containerd-shim-runc-v1", "containerd-shim-runc-v2"),
    }
)
LONGEST_KEPT = 1024  # characters of a text that is worth remembering


@dataclass(frozen=True, slots=True, eq=False)
class Process:
    """A process: whose it is, with names where the log is enriched, and which program."""

    login: str | None
    user: str | None
    own_name: str | None  # of `user`
    user_id: str | None  # the login id, `user` where that is unset
    user_name: str | None  # of `user_id`
    launcher: bool
    syscall: str | None  # its name, where the log is enriched
    columns: tuple[str | None, ...]  # effective user's id and name, executable, name
    labels: dict[str, str]


def process_in(text: str) -> Process:
    """The process that the end of a SYSCALL record tells."""
    return remembered_process(text) if len(text) <= LONGEST_KEPT else process_of(fields(text))


def process_of(told: Fields) -> Process:
    """The process that the fields of a record tell."""
    executable, command = plain(told.get("exe")), plain(told.get("comm"))
    name = executable.rpartition("/")[2] if executable else None
    login, user = told.get("auid"), told.get("uid")
    user_id, user_name = None, None
    if is_set(login):
        user_id, user_name = login, plain(told.get("AUID"))
    elif is_set(user):
        user_id, user_name = user, plain(told.get("UID"))
    effective, effective_name = told.get("euid") or user, None
    if is_set(effective):
        effective_name = plain(told.get("EUID") or told.get("UID"))
    else:
        effective = None
    return Process(
        login=login,
        user=user,
        own_name=plain(told.get("UID")),
        user_id=user_id,
        user_name=user_name,
        launcher=name in LAUNCHERS or command in LAUNCHERS,
        syscall=told.get("SYSCALL"),
        columns=(effective, effective_name, executable, command or name or None),
        labels=_labels(told),
    )


@lru_cache(maxsize=8192)
def remembered_process(text: str) -> Process:
    """As `process_in`, of a text that is short enough to be kept."""
    return process_of(fields(text))


def _labels(told: Fields) -> dict[str, str]:
    labels: dict[str, str] = {}
    for name, field in (("session", "ses"), ("tty", "tty"), ("terminal", "terminal")):
        value = told.get(field)
        if value and value not in ("4294967295", "(none)", "?"):
            labels[name] = value[:LONGEST_LABEL]
    keys = plain(told.get("key"))
    if keys and not keys.startswith("(null)"):  # names may follow at once in an enriched log
        told_keys = (key.removeprefix("key=") for key in keys.split("\x01"))
        labels["key"] = " ".join(told_keys)[:LONGEST_LABEL]
    return labels


NOTHING_TOLD = process_of({})
