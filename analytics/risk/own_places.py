"""Alerts about something that went out, where it went to a place of the site's own.

Rules know such places by watch-lists, which a new site has not filled in yet; the addresses of its
people and resources.csv tell them as well. As with duty, that explains and never hides: such an
alert is one severity lower and says why. What cannot be read for certain is not explained.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from analytics.findings import Alert
from analytics.identity import Directory
from analytics.resources import Resource
from analytics.risk.lowering import lowered
from analytics.site import Site

WORDS = ", to a place of our own"
LESS_SURE = 0.4  # as an act that is part of somebody's duty
KINDS = ("model", "dataset")  # whose names on the Hub are organisation/name
SHARED = 0.5  # of those who have an address: more than any other employer's or mail provider's
LEAST_PEOPLE = 3
ADDRESS = re.compile(r"[^:@\s]+:[^@\s]+@([\w-]+(?:\.[\w-]+)+)")
NAME = re.compile(r"([\w.-]+)/[^/]")
REPOSITORY = re.compile(r"([\w.-]+)/[\w.-]+")
SEVERAL = re.compile(r"[;&|<>`$\n]")  # more than one command, or what only a shell could tell
UPLOAD = re.compile(
    r"(?:[\w./~-]*/)?(?:hf|huggingface-cli)\s+upload(?:-large-folder)?\s+([\w.-]+)/[\w.-]+(?:\s|$)"
)
COPIERS = ("scp", "rsync")
PLAIN = re.compile(r"-[aAhzrvPpqC]+|--(?:archive|compress|partial|progress|recursive|verbose)")
TARGET = re.compile(r"(?:[\w.-]+@)?([\w.-]+):\S*")


@dataclass(frozen=True, slots=True)
class Places:
    """The organisations on the Hub and the domains that are the site's own."""

    organisations: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()

    def hold(self, told: str) -> bool:
        """Whether this repository, or the only target of this command, is the site's own."""
        if SEVERAL.search(told):
            return False
        named = REPOSITORY.fullmatch(told) or UPLOAD.match(told)
        if named:
            return named[1].lower() in self.organisations
        host = _target(told.split())
        return host is not None and _within(host, self.domains)


def places(site: Site) -> Places:
    """What resources.csv and the addresses of people tell."""
    return Places(_organisations(site.resources.rows), _domains(site.directory))


def explained(alert: Alert, own: Places) -> Alert:
    """The alert, lower and less sure where it went to a place of the site's own."""
    if not alert.elsewhere or not alert.object or not own.hold(alert.object.strip()):
        return alert
    return lowered(alert, LESS_SURE, WORDS)


def _organisations(rows: Iterable[Resource]) -> frozenset[str]:
    named = (NAME.match(row.pattern.lstrip("/")) for row in rows if row.kind in KINDS)
    return frozenset(name[1].lower() for name in named if name)


def _domains(directory: Directory) -> frozenset[str]:
    """Domains that most of those with an address have one in."""
    people: dict[str, set[str]] = {}
    for link in directory.links:
        address = ADDRESS.fullmatch(link.account)
        if link.person and address:
            people.setdefault(link.person, set()).add(address[1].lower())
    counted = Counter(domain for domains in people.values() for domain in domains)
    least = max(LEAST_PEOPLE, SHARED * len(people))
    return frozenset(domain for domain, count in counted.items() if count >= least)


def _target(words: list[str]) -> str | None:
    """The host that a copy goes to; None where options may lead it somewhere else."""
    if not words or words[0].rpartition("/")[2] not in COPIERS:
        return None
    options = [word for word in words[1:] if word.startswith("-")]
    target = TARGET.fullmatch(words[-1])
    plain = all(PLAIN.fullmatch(option) for option in options)
    return target[1].lower() if target and plain else None


def _within(host: str, domains: frozenset[str]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)
