"""passwd and group files: which number is which name on the hosts of a realm."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from analytics import tables
from analytics.identity.accounts import IdentityError
from analytics.tables import Problem, Table

T = TypeVar("T")
REALM_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,49}")
NUMBER = re.compile(r"[0-9]{1,10}")
LARGEST_ID = (1 << 32) - 1
FIRST_HUMAN = 1000  # what Debian and Red Hat give to the first person
LOGINLESS = ("nologin", "false", "sync", "shutdown", "halt")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnixUser:
    """A line of a passwd file; `full_name` is the first part of its comment."""

    name: str
    uid: int
    gid: int
    full_name: str = ""
    shell: str = ""

    @property
    def human(self) -> bool:
        """Whether a person may sign in with it, by number and shell."""
        program = self.shell.rpartition("/")[2]
        return FIRST_HUMAN <= self.uid < 65_534 and program not in LOGINLESS


@dataclass(frozen=True, slots=True, kw_only=True)
class UnixGroup:
    """A line of a group file."""

    name: str
    gid: int
    members: tuple[str, ...] = ()


def passwd_of(text: str) -> Table[UnixUser]:
    """The users of a passwd file, or of `getent passwd`, and what is wrong with it."""
    return _read(text, 7, "name:password:uid:gid:comment:home:shell", _user)


def groups_of(text: str) -> Table[UnixGroup]:
    """The groups of a group file, or of `getent group`, and what is wrong with it."""
    return _read(text, 4, "name:password:gid:members", _group)


def realm_of(text: str) -> str:
    """The name of a realm. Raises IdentityError where it is none."""
    if not REALM_NAME.fullmatch(text):
        raise IdentityError(f"{text[:60]!r} is no realm: letters, digits, dot, dash, at most 50")
    return text


def _read(text: str, parts: int, form: str, make: Callable[[list[str]], T]) -> Table[T]:
    table: Table[T] = Table()
    for number, line in tables.lines(text):
        cells = [cell.strip() for cell in line.split(":")]
        if cells[0].startswith(("+", "-")):  # NIS: more is to be had elsewhere
            continue
        try:
            if len(cells) != parts or not cells[0]:
                raise IdentityError(f"this is not {form}")
            if "\x00" in line:
                raise IdentityError("a value holds a NUL")
            table.rows.append((number, make(cells)))
        except IdentityError as error:
            table.problems.append(Problem(number, str(error)))
    return table


def _user(cells: list[str]) -> UnixUser:
    name, _, uid, gid, comment, _, shell = cells
    full_name = comment.partition(",")[0].strip()
    return UnixUser(name=name, uid=_id(uid), gid=_id(gid), full_name=full_name, shell=shell)


def _group(cells: list[str]) -> UnixGroup:
    members = tuple(dict.fromkeys(name.strip() for name in cells[3].split(",") if name.strip()))
    return UnixGroup(name=cells[0], gid=_id(cells[2]), members=members)


def _id(text: str) -> int:
    if not NUMBER.fullmatch(text) or int(text) > LARGEST_ID:
        raise IdentityError(f"{text[:40]!r} is no number of a user or group")
    return int(text)
