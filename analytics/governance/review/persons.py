"""Who is a person of their own: a second account, an agent or one's own bot is not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from analytics.governance.review.told import Told
from analytics.identity import Directory, Use

BOT = "[bot]"
MACHINES = frozenset({Use.BOT, Use.SERVICE})


class Voice(Enum):
    """What an approval is worth to somebody else's work."""

    ANOTHER = auto()  # of another person
    SAME = auto()  # of whoever wrote it, by whatever account
    PART = auto()  # of somebody who wrote part of it
    MACHINE = auto()  # of a bot that another person keeps
    NOBODY = auto()  # of a bot that nobody keeps
    UNKNOWN = auto()  # of an account that belongs to nobody we know


@dataclass(frozen=True, slots=True)
class Persons:
    """Answers of the directory, as reviews ask for them."""

    directory: Directory

    def doer(self, one: Told) -> str | None:
        """Who did it; of what a bot did, whoever it did it for."""
        return self.directory.who(one.account, one.time) or self.directory.who(one.behalf, one.time)

    def behind(self, accounts: Iterable[str | None], at: datetime) -> frozenset[str]:
        """Everybody who stands behind one of the accounts, as its user or as its keeper."""
        people = (self.directory.behind(account, at) for account in accounts)
        return frozenset(person for person in people if person)

    def writing(self, accounts: Iterable[str | None], at: datetime) -> frozenset[str]:
        """Whose work it is: of whoever acted with these accounts, else of their keepers."""
        known = [account for account in accounts if account]
        people = (self.directory.who(account, at) for account in known)
        return frozenset(person for person in people if person) or self.behind(known, at)

    def machine(self, account: str | None, at: datetime) -> bool:
        """Whether nobody sits behind the account: a bot's or a service's."""
        links = self.directory.links_to(account or "")
        of_nobody = any(link.use in MACHINES and link.holds(at) for link in links)
        return of_nobody or (account or "").endswith(BOT)
