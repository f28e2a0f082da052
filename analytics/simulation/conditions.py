"""What ails logs: collectors that stand still for hours, and one clock that is off."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import NamedTuple

from analytics.simulation.calendar import HOUR, Calendar, at
from analytics.simulation.chance import between, chance

HOST_DAYS = 300  # of one outage, on average
SKEW = 47.0  # seconds by which one node's clock is ahead
FEWEST_NODES = 4  # from which on one of them has such a clock


class Outage(NamedTuple):
    """A host whose audit log and syslog were not collected between two moments."""

    host: str
    since: float
    until: float


@dataclass(frozen=True)
class Conditions:
    """Outages by host in order of time, and by how many seconds a host's clock is ahead."""

    outages: dict[str, tuple[Outage, ...]]
    skews: dict[str, float]

    def lost(self, host: str, moment: float) -> bool:
        """Whether what the host logged at that moment never arrived."""
        here = self.outages.get(host, ())
        place = bisect_right(here, moment, key=lambda outage: outage.since) - 1
        return place >= 0 and moment < here[place].until

    def clock(self, host: str, moment: float) -> float:
        """What the host's clock shows at that moment."""
        return moment + self.skews.get(host, 0.0)


def conditions(calendar: Calendar) -> Conditions:
    """The conditions of a simulation. The login host, which people watch, is always collected."""
    hosts, days = calendar.organisation.hosts[1:], calendar.days
    found: dict[str, list[Outage]] = {}
    for number in range(max(1, len(hosts) * len(days) // HOST_DAYS)):
        rng = chance(calendar.seed, "outage", number)
        host = hosts[int(rng.random() * len(hosts))]
        since = at(days[int(rng.random() * len(days))], between(rng, 0.0, 20.0))
        found.setdefault(host, []).append(Outage(host, since, since + between(rng, 2, 9) * HOUR))
    nodes = calendar.organisation.nodes
    skews = {nodes[-2]: SKEW} if len(nodes) >= FEWEST_NODES else {}
    return Conditions({host: tuple(sorted(ones)) for host, ones in found.items()}, skews)
