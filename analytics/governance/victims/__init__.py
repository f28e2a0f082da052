"""Victims first: when jobs fail, who was near each failure, and not near what went well?

A pillar that looks back a month. In order: `runs` (jobs), `lives` and `pods` (of a cluster),
`steps` and `failures` (what went wrong, what is set aside as explained), `things` and `written`
(what a run depends on), `sightings` and `acts` (who acted on it), `incidents`, `controls`
(comparable runs), `exposure`, `association` (exact tests), `dependants` (before and after a change
of something shared), `finding`.
docs/victims.md says why each step is as it is.
"""

from analytics.governance.victims.finding import CHECKS, COLUMNS, find
from analytics.governance.victims.near import (
    Answer,
    Asked,
    Breaker,
    Failed,
    Suspect,
    who_was_near,
)

__all__ = [
    "CHECKS",
    "COLUMNS",
    "Answer",
    "Asked",
    "Breaker",
    "Failed",
    "Suspect",
    "find",
    "who_was_near",
]
