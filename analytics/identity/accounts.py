"""Accounts, who uses them, and whose they are for how long."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from analytics.event import REALM, account


class IdentityError(ValueError):
    """What a site says of its people cannot be read; the message names line and reason."""


class Use(StrEnum):
    """Who uses an account.

    What a personal account does, its person did; and so it is with an agent, which acts for
    its person alone. A service, or a bot that acts for many, has at most a keeper, who did not
    do what it does; whom a bot acted for stands in the event.
    """

    PERSONAL = "personal"
    SHARED = "shared"
    SERVICE = "service"
    BOT = "bot"
    AGENT = "agent"


ATTRIBUTED = frozenset({Use.PERSONAL, Use.AGENT})
KEPT = frozenset({*ATTRIBUTED, Use.BOT, Use.SERVICE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An account belongs to a person, from `since` (inclusive) to `until` (exclusive), UTC.

    Only a shared, service or bot account may belong to nobody: then `person` is empty.
    """

    account: str
    person: str = ""
    since: datetime | None = None
    until: datetime | None = None
    use: Use = Use.PERSONAL

    def holds(self, at: datetime) -> bool:
        """Whether it is so at that time."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)

    @property
    def always(self) -> bool:
        """Whether it was and will be so."""
        return self.since is None and self.until is None


def normalise(text: str, realm: str = REALM) -> str:
    """An account as events carry it: `uid:1017` gets its realm, caseless kinds lower case.

    Raises IdentityError.
    """
    kind, colon, name = text.strip().partition(":")
    if not colon or not kind or not name:
        raise IdentityError(f"{text!r} is no account: kind:name is needed")
    if kind == "uid" and "/" not in name:
        name = f"{realm}/{name}"
    return account(kind, name) or text


def kind_and_name(account: str) -> tuple[str, str]:
    """The two parts of an account; the name of a numeric id goes without its realm."""
    kind, _, name = account.partition(":")
    return kind, name.rpartition("/")[2] if kind == "uid" else name
