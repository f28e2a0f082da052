"""Programs and what their messages tell."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from analytics.event import readable
from analytics.histories import words
from analytics.syslogging import (
    accounts,
    cron,
    elevating,
    kernel,
    logins,
    pam,
    snoopy,
    sshd,
    su,
    sudo,
    systemd,
)
from analytics.syslogging.envelope import Labels
from analytics.syslogging.forms import UNTOLD, Compiled, Deed, Forms, Groups, Told, row_of

FORMS: dict[str, Forms] = {  # none of their forms has to do with who is behind root
    **dict.fromkeys(("su", "su-l", "runuser"), su.FORMS),
    "pkexec": elevating.PKEXEC,
    "doas": elevating.DOAS,
    **dict.fromkeys(("polkitd", "polkitd(authority=local)"), elevating.POLKIT),
    "login": logins.LOGIN,
    **dict.fromkeys(("pam_slurm", "pam_slurm_adopt"), logins.SLURM),
    **dict.fromkeys(
        ("sshd", "sshd-session", "sshd-auth", "internal-sftp", "sftp-server"), sshd.FORMS
    ),
    **dict.fromkeys(cron.PROGRAMS, cron.FORMS),
    "systemd": systemd.UNITS,
    **dict.fromkeys(("systemd-logind", "elogind", "elogind-daemon"), systemd.LOGIND),
}
FINDERS: dict[str, Callable[[str], tuple[Compiled, Groups] | None]] = {
    **{name: forms.found for name, forms in FORMS.items()},
    "kernel": kernel.found,
}
READERS: dict[str, Callable[[str], dict[str, Any] | None]] = {
    "sudo": sudo.read,
    **dict.fromkeys(accounts.PROGRAMS, accounts.FORMS.read),
    **{name: forms.read for name, forms in FORMS.items()},
    "kernel": kernel.read,
}
REPEATED = re.compile(r"message repeated (\d{1,9}) times: \[ ?(.*)\]\s*", re.DOTALL)
AGAIN = re.compile(r"(?:-+ )?last message (?:\([^)]*\) )?(?:repeated|buffered) (\d{1,9}) times?")
MARK = re.compile(r"-+ ?MARK ?-+")
OF_MODULE = re.compile(r"([^\s()]{1,64})\((pam_\w{1,40})\)")  # as older modules name themselves
PLAIN = Deed("host", "info", "logged-message")
AGAIN_TOLD = Deed("host", "info", "repeated-message")
MARKED = Deed("host", "info", "marked-time", "success")
KNOWN = 4_096  # messages that are not read again; more would fall out of the caches
LONGEST_KNOWN = 2_048  # of a message


def told(program: str | bytes | None, message: str | bytes, labels: Labels, realm: str) -> Told:
    """The fields that a program's message fills, with labels of its envelope."""
    if len(message) <= LONGEST_KNOWN:
        return _cached(program, message, labels, realm)
    return _read(program, message, labels, realm)


def _read(program: str | bytes | None, message: str | bytes, labels: Labels, realm: str) -> Told:
    text = readable(message).strip()
    name, path = named(program)
    row, repeated = _of_program(name, text, realm), None
    if row is None and (match := REPEATED.fullmatch(text)):
        row, repeated = _of_program(name, match[2], realm), match[1]
    if row is None:
        row = _plain(text)
    row.setdefault("process.name", name)
    if path:
        row.setdefault("process.executable", path)
    if row.get("process.command_line") and "process.args" not in row:
        row["process.args"] = words(row["process.command_line"])
    if labels or repeated:
        own = [("repeated", repeated)] if repeated else []
        row["labels"] = [*row.get("labels", ()), *labels, *own]
    elif not row.get("labels"):
        row.pop("labels", None)
    return {field: value for field, value in row.items() if value is not None}


_cached = lru_cache(maxsize=KNOWN)(_read)


@lru_cache(maxsize=4096)
def named(raw: str | bytes | None) -> tuple[str | None, str | None]:
    """A program's name, and its path where the tag is one."""
    if not raw:
        return None, None
    tag = readable(raw)
    if tag.startswith("/"):
        return tag.rsplit("/", 1)[-1] or tag, tag
    return tag, None


def is_read(name: str) -> bool:
    """Whether anything is known of what a program of that name says."""
    known = name in READERS or name.lower() in READERS
    return known or name == "snoopy" or name.endswith(")")


def _of_program(name: str | None, text: str, realm: str) -> dict[str, Any] | None:
    if name is None:
        return None
    if text.startswith(("pam_", "PAM ")) and (row := pam.read(text, realm)):
        return row
    if name.endswith(")") and (of := OF_MODULE.fullmatch(name)):
        row = pam.read(f"{of[2]}({of[1]}): {text}", realm)
        return row and row | {"process.name": of[1]}
    if name == "snoopy":
        return snoopy.read(text, realm)
    reader = READERS.get(name) or READERS.get(name.lower())
    return reader(text) if reader else None


def _plain(text: str) -> dict[str, Any]:
    if match := AGAIN.match(text):
        row = row_of(AGAIN_TOLD) | {"labels": [("repeated", match[1])]}
    else:
        row = row_of(MARKED if MARK.match(text) else PLAIN)
    return row | {"message": text, "actor.basis": UNTOLD}
