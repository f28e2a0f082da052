"""Who did it, and whose it was, as audit records can tell; never guessed silently."""

from collections import OrderedDict
from functools import lru_cache

from analytics.auditing.processes import Process
from analytics.auditing.tables import Doer
from analytics.auditing.values import is_set
from analytics.event import account

MOST_PROCESSES = 65_536
OWNED_BY_NOBODY = frozenset({"0", "65534"})


class Descent:
    """Remembers which processes descend from a launcher, as far as this log shows it.

    `known` are those that do, by what comes before their host's records and their number.
    """

    def __init__(self) -> None:
        self.known: OrderedDict[tuple[str, int | None], None] = OrderedDict()

    def in_job(self, prefix: str, process: Process, number: int | None, parent: int | None) -> bool:
        """Whether the process descends from a launcher; keeps the answer for its children."""
        return self.descends(prefix, number, parent, launcher=process.launcher)

    @property
    def is_empty(self) -> bool:
        """Whether no process that is remembered descends from a launcher."""
        return not self.known

    def descends(
        self, prefix: str, number: int | None, parent: int | None, *, launcher: bool
    ) -> bool:
        """As `in_job`, of a process that is a launcher or is none."""
        known = self.known
        if launcher or (known and (prefix, parent) in known):
            known[prefix, number] = None
            if len(known) > MOST_PROCESSES:
                known.popitem(last=False)
            return True
        if known:
            known.pop((prefix, number), None)
        return False


@lru_cache(maxsize=8192)
def doer_of(process: Process, in_job: bool, realm: str) -> Doer:
    """By the login id; by the user id where that is unset, or in a job, where it says nothing."""
    user, name = process.user_id, process.user_name
    if in_job:
        user, name = process.user, process.own_name
    actor, basis = _actor_of(process.login, process.user, in_job, realm)
    return Doer(
        account=actor,
        name="somebody" if actor is None else name or f"uid {user}",
        executable=process.columns[2],
        columns=(actor, basis, user, name, *process.columns),
        labels=process.labels,
    )


def _actor_of(
    login: str | None, user: str | None, in_job: bool, realm: str
) -> tuple[str | None, str]:
    if not in_job and is_set(login):
        return numbered(login, realm), "auid"
    if not is_set(user) or (in_job and user in ("0", "root")):
        return None, "unknown"
    return numbered(user, realm), "uid (job)" if in_job else "uid"


def numbered(identity: str | None, realm: str) -> str | None:
    """The account of a numeric id in its realm, or of a name where the log was interpreted."""
    if identity is None:
        return None
    if identity.isascii() and identity.isdigit():
        return account("uid", f"{realm}/{identity}")
    return account("unix", identity.strip('"'))


@lru_cache(maxsize=8192)
def owner_of(identity: str | None, realm: str) -> str | None:
    """The account that owns something; None for root, nobody and unset."""
    if not is_set(identity) or identity in OWNED_BY_NOBODY or identity == "root":
        return None
    return numbered(identity, realm)
