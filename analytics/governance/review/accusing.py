"""What a day's verdicts say against people."""

from collections import Counter
from collections.abc import Iterable

from analytics.findings import Finding, ReasonKind
from analytics.governance.review.checks import BY_WHY, CHECKS, severity
from analytics.governance.review.verdict import Judged
from analytics.selection import MOST_EVENTS
from analytics.site import Site

ON_DUTY_CONFIDENCE = 0.4  # what is broken at night is mended at night; as in isolation


def findings(judged: Iterable[Judged], site: Site) -> list[Finding]:
    """A finding for each way around review and person who took it; nobody unknown is blamed."""
    ways: dict[tuple[str, str], list[Judged]] = {}
    for one in judged:
        if one.blamed and one.why in BY_WHY:
            ways.setdefault((BY_WHY[one.why], one.blamed), []).append(one)
    order = {name: place for place, name in enumerate(CHECKS)}
    chosen = sorted(ways.items(), key=lambda item: (order[item[0][0]], item[0][1]))
    return [_finding(name, person, updates, site) for (name, person), updates in chosen]


def _finding(name: str, person: str, updates: list[Judged], site: Site) -> Finding:
    check = CHECKS[name]
    updates = sorted(updates, key=lambda one: (one.time, one.events), reverse=True)
    events = dict.fromkeys(event for one in updates for event in one.events)
    repositories = Counter(one.repository for one in updates)
    duty = all(site.on_duty(person, one.time) for one in updates)
    return Finding(
        kind=ReasonKind.REVIEW,
        id=name,
        title=check.title,
        person=person,
        time=updates[0].time,
        points=float(max(severity(name, one).points for one in updates)),
        confidence=round(check.confidence * (ON_DUTY_CONFIDENCE if duty else 1.0), 3),
        sentence=_sentence(name, updates) + (", while on call" if duty else ""),
        events=tuple(events)[:MOST_EVENTS],
        resource=min(repositories, key=lambda place: (-repositories[place], place)),
        tactics=check.tactics,
        observed=float(len(updates)),
    )


def _sentence(name: str, updates: list[Judged]) -> str:
    check, count = CHECKS[name], len(updates)
    places = sorted({f"{one.branch} of {one.repository}" for one in updates})
    place = places[0] if len(places) == 1 else f"{len(places)} shared branches"
    return (check.one if count == 1 else check.many).format(count=count, place=place)
