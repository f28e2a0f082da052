"""Who used root's rights for an account tool, where sudo has just told so on the same host."""

from collections.abc import Sequence
from typing import Any

from analytics.syslogging.accounts import PROGRAMS
from analytics.syslogging.forms import OF_ROOT, Told

WITHIN = 60_000_000  # microseconds
TOOLS = frozenset(PROGRAMS)
MOST_HOSTS = 4096
BASIS = "sudo command just before"


def concerns(row: Told) -> bool:
    """Whether a row may be completed, or tells what completes others."""
    return bool(row["event.category"] == "iam" or row["event.action"] == "ran-command")


class Elevation:
    """Remembers, host by host, whom sudo let run a tool that makes or changes accounts."""

    def __init__(self) -> None:
        self._last: dict[str | None, dict[str, int]] = {}

    def completed(
        self, rows: list[Told], hosts: Sequence[str | None], times: Sequence[int]
    ) -> list[Told]:
        """The rows, with the actor where exactly one person ran such a tool just before."""
        for place, row in enumerate(rows):
            if row["event.category"] == "iam":
                rows[place] = self._with_actor(row, hosts[place], times[place])
            elif row["event.action"] == "ran-command":
                self._remember(row, hosts[place], times[place])
        return rows

    def _with_actor(self, row: Told, host: str | None, time: int) -> Told:
        if row["actor.basis"] == OF_ROOT and "actor.account" not in row:
            told = self._last.get(host, {}).items()
            recent = [who for who, at in told if 0 <= time - at <= WITHIN]
            if len(recent) == 1:
                return {**row, "actor.account": recent[0], "actor.basis": BASIS}
        return row

    def _remember(self, row: Told, host: str | None, time: int) -> None:
        args: list[Any] = row.get("process.args") or [""]
        who = row.get("actor.account")
        if who is None or str(args[0]).rsplit("/", 1)[-1] not in TOOLS:
            return
        if len(self._last) >= MOST_HOSTS:
            self._last.clear()
        users = self._last.setdefault(host, {})
        if len(users) >= MOST_HOSTS:
            users.clear()
        users[who] = time
