"""What a day's verdicts say against people."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from analytics.findings import Finding, ReasonKind
from analytics.governance.review.checks import BY_WHY, CHECKS, USUAL, severity
from analytics.governance.review.customs import CUSTOMARY, Custom, Customs
from analytics.governance.review.verdict import Judged
from analytics.selection import MOST_EVENTS
from analytics.site import Site

ON_DUTY_CONFIDENCE = 0.4  # what is broken at night is mended at night; as in isolation
SELDOM = 0.5  # where fewer changes than that are looked at, the sentence says so
KNOWN = 3  # changes of others from which on a custom is one: twice is a coincidence
UNKNOWN = 0.8  # below that a push may be the way there: 0.6 becomes less than even, so no alert
PUSHED = "pushed_around_review"


@dataclass(frozen=True, slots=True)
class Weighed:
    """One way around review with what it is worth."""

    judged: Judged
    points: int
    confidence: float
    custom: Custom

    @property
    def worth(self) -> float:
        """What it can contribute to a score."""
        return self.points * self.confidence


def findings(
    judged: Iterable[Judged],
    besides: Iterable[tuple[str, Judged]],
    site: Site,
    customs: Customs,
) -> list[Finding]:
    """A finding for each way around review and person who took it; nobody unknown is blamed.

    `besides` are those of which more is known, each with the check that says so.
    """
    ways: dict[tuple[str, str], list[Judged]] = {}
    for one in judged:
        if one.blamed and one.why in BY_WHY:
            ways.setdefault((BY_WHY[one.why], one.blamed), []).append(one)
    for name, one in besides:
        ways.setdefault((name, one.blamed or ""), []).append(one)
    order = {name: place for place, name in enumerate(CHECKS)}
    chosen = sorted(ways.items(), key=lambda item: (order[item[0][0]], item[0][1]))
    return [
        _finding(name, person, [_weighed(name, one, person, customs) for one in updates], site)
        for (name, person), updates in chosen
    ]


def _weighed(name: str, one: Judged, person: str, customs: Customs) -> Weighed:
    """The check's confidence, less where others there land their changes unseen as well."""
    usual = one.why in CUSTOMARY and name in USUAL
    custom = customs.of(one.repository, person) if usual else Custom()
    confidence = CHECKS[name].confidence * custom.share
    if name == PUSHED and custom.total < KNOWN:
        confidence *= UNKNOWN
    return Weighed(one, severity(name, one).points, confidence, custom)


def _finding(name: str, person: str, ways: list[Weighed], site: Site) -> Finding:
    check = CHECKS[name]
    updates = sorted((one.judged for one in ways), key=lambda one: (one.time, one.events))[::-1]
    most = max(one.worth for one in ways)
    worst = [one for one in ways if one.worth == most]
    repositories = Counter(one.judged.repository for one in worst)
    place = min(repositories, key=lambda name: (-repositories[name], name))
    one = next(one for one in worst if one.judged.repository == place)
    duty = all(site.on_duty(person, one.time) for one in updates)
    events = dict.fromkeys(event for one in updates for event in one.events)
    return Finding(
        kind=ReasonKind.REVIEW,
        id=name,
        title=check.title,
        person=person,
        time=updates[0].time,
        points=float(one.points),
        confidence=round(one.confidence * (ON_DUTY_CONFIDENCE if duty else 1.0), 3),
        sentence=_sentence(name, updates, one.custom) + (", while on call" if duty else ""),
        events=tuple(events)[:MOST_EVENTS],
        resource=place,
        tactics=check.tactics,
        observed=float(len(updates)),
    )


def _sentence(name: str, updates: list[Judged], custom: Custom) -> str:
    check, count = CHECKS[name], len(updates)
    places = sorted({f"{one.branch} of {one.repository}" for one in updates})
    place = places[0] if len(places) == 1 else f"{len(places)} shared branches"
    said = (check.one if count == 1 else check.many).format(count=count, place=place)
    if all(one.documents for one in updates):
        said += "; documentation alone"
    if name == PUSHED and custom.total < KNOWN:
        said += "; how others land changes there is hardly known"
    if custom.share < SELDOM:
        said += f"; there another person looked at {custom.looked} of {custom.total} changes before"
    return said
