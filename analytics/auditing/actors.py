"""Who did it, and whose it was, as audit records can tell; never guessed silently."""

from collections import OrderedDict
from typing import NamedTuple

from analytics.auditing.values import Fields, is_set
from analytics.event import account

LAUNCHERS = frozenset(  # programs that start other people's work; their login id says nothing
    {
        *("slurmstepd", "slurmd", "containerd", "conmon", "crun", "runc", "dockerd", "kubelet"),
        *("containerd-shim", "containerd-shim-runc-v1", "containerd-shim-runc-v2"),
    }
)
MOST_PROCESSES = 65_536
OWNED_BY_NOBODY = frozenset({"0", "65534"})


class Actor(NamedTuple):
    """The account that acted and how it is known."""

    account: str | None
    basis: str


NOBODY = Actor(None, "unknown")


class Descent:
    """Remembers which processes descend from a launcher, as far as this log shows it."""

    def __init__(self) -> None:
        self._processes: OrderedDict[tuple[str, str | None], None] = OrderedDict()

    def in_job(self, prefix: str, told: Fields) -> bool:
        """Whether the process descends from a launcher; keeps the answer for its children."""
        executable, parent = told.get("exe"), told.get("ppid")
        name = executable.strip('"').rpartition("/")[2] if executable else ""
        if not (
            name in LAUNCHERS
            or (self._processes and (prefix, parent) in self._processes)
            or (told.get("comm") or "").strip('"') in LAUNCHERS
        ):
            if self._processes:
                self._processes.pop((prefix, told.get("pid")), None)
            return False
        self._processes[prefix, told.get("pid")] = None
        if len(self._processes) > MOST_PROCESSES:
            self._processes.popitem(last=False)
        return True


def actor_of(told: Fields, in_job: bool, realm: str) -> Actor:
    """By the login id; by the user id where that is unset, or in a job, where it says nothing."""
    login, user = told.get("auid"), told.get("uid")
    if not in_job and is_set(login):
        return Actor(numbered(login, realm), "auid")
    if not is_set(user) or (in_job and user in ("0", "root")):
        return NOBODY
    return Actor(numbered(user, realm), "uid (job)" if in_job else "uid")


def numbered(identity: str | None, realm: str) -> str | None:
    """The account of a numeric id in its realm, or of a name where the log was interpreted."""
    if identity is None:
        return None
    if identity.isascii() and identity.isdigit():
        return account("uid", f"{realm}/{identity}")
    return account("unix", identity.strip('"'))


def owner_of(identity: str | None, realm: str) -> str | None:
    """The account that owns something; None for root, nobody and unset."""
    if not is_set(identity) or identity in OWNED_BY_NOBODY or identity == "root":
        return None
    return numbered(identity, realm)
