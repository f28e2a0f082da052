"""Review: shared code that changed with nobody else looking.

`judged` gives a verdict on every update of a shared branch; findings are what the bypasses among
them say against people. docs/review.md tells how each is decided.
"""

from datetime import date

import pyarrow as pa

from analytics.findings import Finding
from analytics.governance.review.accusing import findings
from analytics.governance.review.checks import (
    ANOTHERS_NAME,
    CHECKS,
    DATED,
    GUARD,
    UNOWNED,
    UNSIGNED,
    WAVED,
)
from analytics.governance.review.customs import customs
from analytics.governance.review.dates import of_days_gone_by
from analytics.governance.review.guards import past_guards
from analytics.governance.review.judging import judged
from analytics.governance.review.names import of_people_away
from analytics.governance.review.owners import without_owners
from analytics.governance.review.pairs import waved_through
from analytics.governance.review.past import LOOK_BACK, steps
from analytics.governance.review.signatures import unsigned_where_usual
from analytics.governance.review.told import COLUMNS
from analytics.governance.review.verdict import Judged
from analytics.site import Site
from analytics.store.base import EventStore

__all__ = ["CHECKS", "COLUMNS", "LOOK_BACK", "find", "held", "judged", "steps"]


def find(day: date, events: pa.Table, site: Site, store: EventStore) -> list[Finding]:
    """A finding for each way around review and person who took it.

    `events` are the day's, with at least `COLUMNS`. Unknown actors make no finding, and neither
    does what is unknown; two accounts of one person are one person.
    """
    return held(judged(day, events, site, store), day, site, store)


def held(verdicts: list[Judged], day: date, site: Site, store: EventStore) -> list[Finding]:
    """`find`, where the day's verdicts are known already."""
    besides = [(GUARD, one) for one in past_guards(verdicts, day, site, store)]
    besides += [(ANOTHERS_NAME, one) for one in of_people_away(verdicts, site)]
    besides += [(WAVED, one) for one in waved_through(verdicts, day, site, store)]
    besides += [(UNSIGNED, one) for one in unsigned_where_usual(verdicts, day, store)]
    besides += [(UNOWNED, one) for one in without_owners(verdicts)]
    besides += [(DATED, one) for one in of_days_gone_by(verdicts)]
    return findings(verdicts, besides, site, customs(verdicts, day, site, store))
