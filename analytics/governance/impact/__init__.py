"""Impact: what did this person, this path or this commit reach?

The other direction than the pillars: not who did harm, but what may have come to it. In order:
`asking` (what is asked of the store), `evidence` (tables and indexes), `origins` (what the acts
reached at once), `ways` and `further` (who used that later), `ledger` (which contents were known
before), `walking` (in order of time). docs/impact.md says why each step is as it is.
"""

from datetime import timedelta

from analytics.governance.impact.evidence import gathered
from analytics.governance.impact.origins import Origins
from analytics.governance.impact.reached import (
    Asked,
    Impact,
    Kind,
    Standing,
    Step,
    Thing,
    Told,
)
from analytics.governance.impact.walking import MOST_THINGS, Walk
from analytics.site import Site
from analytics.store.base import EventStore

LONGEST = timedelta(days=366)

__all__ = ["LONGEST", "Asked", "Impact", "Kind", "Standing", "Step", "Thing", "Told", "impact_of"]


def impact_of(asked: Asked, site: Site, store: EventStore) -> Impact:
    """What was reached, and in notes what is left out: a pure function of the events until
    `asked.as_of`. Files that a person changed and nobody was seen to use are only counted."""
    evidence = gathered(asked, site, store)
    walk = Walk(evidence, Origins(evidence).found())
    walk.run()
    things = list(walk.things())
    notes = []
    if walk.cut:
        notes.append(f"Only the first {MOST_THINGS:,} things by time are listed: ask for less.")
    notes += [f"From some things {one} were looked at." for one in sorted(evidence.cut)]
    if asked.person:
        kept = [one for one in things if not _unused(one, walk)]
        if left := len(things) - len(kept):
            notes.append(f"{left:,} changed files that nobody was seen to use are left out.")
        things = kept
    return Impact(asked=asked, things=tuple(things), notes=tuple(notes))


def _unused(one: Thing, walk: Walk) -> bool:
    return one.kind is Kind.FILE and one.distance == 0 and not walk.drafts[one.key].leads
