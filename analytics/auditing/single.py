"""Events of one record that a program wrote: but for when, and by which process, they repeat.

What such a record tells is made once as `rows` makes it, for each different text; a test holds
the two to the same. An event that is not wholly of this form is left to them.
"""

import re
from functools import lru_cache

from analytics.auditing.actors import Descent
from analytics.auditing.joining import Joined
from analytics.auditing.leads import Lead, remembered_lead
from analytics.auditing.processes import LONGEST_KEPT
from analytics.auditing.records import READERS, Records
from analytics.auditing.rows import blank_of, completed, placed
from analytics.auditing.tables import PLACED, Values, values_of
from analytics.event import Context

SINGLE = re.compile(
    r"(?:node=\S++ )?type=(?!UNKNOWN\[)(\S++) msg=audit\([^)\n]*+\): pid=([0-9]{1,10}) (.*+)"
)


def single_values(event: Joined, context: Context, descent: Descent) -> Values | None:
    """The values of an event as `tables.values_of` has them; None for others."""
    found = SINGLE.fullmatch(event.text)
    if found is None:
        return None
    kind, pid, rest = found.groups()
    if kind in READERS or len(rest) > LONGEST_KEPT or "pid=" in rest:
        return None
    lead, number = remembered_lead(kind, rest), int(pid)
    in_job = descent.in_job(event.prefix, lead.process, number, None)
    return (*placed(event, context), number, *_repeated(kind, lead, in_job, context.realm))


@lru_cache(maxsize=4096)
def _repeated(kind: str, lead: Lead, in_job: bool, realm: str) -> Values:
    """The values behind those of `tables.PLACED`."""
    row = blank_of(lead.process, in_job, lead.success, realm)
    values = values_of(completed(row, Records([], kind=kind), lead.process, lead, realm))
    return values[len(PLACED) :]
