"""Which alerts are shown as one: keeps with each the first of its group.

A group is a function of all its alerts, so it is found anew whenever one comes, goes or is hidden:
in whatever order and pieces they came, it is the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b

import orjson

from analytics.detection.grouping import firsts
from analytics.findings import Alert as Found
from auditapp.cases.models import Alert

KEYS = 500  # asked of the database at a time


def key_of(alert: Found) -> str:
    """What alerts of one kind share: their rule, and what that groups by."""
    by = [alert.rule, *(alert.group or (alert.account or "",))]
    return blake2b(orjson.dumps(by), digest_size=16).hexdigest()


def regroup(alerts: Iterable[Alert]) -> None:
    """Finds the groups anew in which these may be. To be called in the transaction that changed
    them, after it wrote: stamps make all others wait from then on."""
    keys: dict[date, set[str]] = defaultdict(set)
    for alert in alerts:
        if alert.group_key:
            keys[alert.time.astimezone(UTC).date()].add(alert.group_key)
    for day, wanted in keys.items():
        for kind in _kinds(day, sorted(wanted)):
            changed = _led(kind)
            if changed:
                Alert.objects.bulk_update(changed, ["lead"], batch_size=500)


def _kinds(day: date, keys: Sequence[str]) -> Iterator[list[Alert]]:
    """The day's alerts (UTC), those of one kind together; those of a backfill, of which nobody is
    told, apart from the others."""
    begin = datetime.combine(day, time.min, UTC)
    grouped = ("group_key", "backfill", "time", "event", "within")
    names = (*grouped, "lead", "hidden_by", "close_reason")
    for start in range(0, len(keys), KEYS):
        rows = Alert.objects.filter(group_key__in=keys[start : start + KEYS])
        rows = rows.filter(time__gte=begin, time__lt=begin + timedelta(days=1))
        kinds: dict[tuple[str, bool], list[Alert]] = defaultdict(list)
        for row in rows.order_by().only(*names):
            kinds[row.group_key, row.backfill].append(row)
        yield from kinds.values()


def _led(kind: list[Alert]) -> list[Alert]:
    """Those whose first one is another now. What is hidden or superseded is in no group."""
    counted = [
        row
        for row in sorted(kind, key=lambda row: (row.time, row.event))
        if row.hidden_by_id is None and row.close_reason != Alert.SUPERSEDED
    ]
    lengths = [timedelta(seconds=row.within) for row in counted]
    places = firsts([row.time for row in counted], lengths)
    found: dict[int, int | None] = {row.pk: None for row in kind}
    for row, place in zip(counted, places, strict=True):
        found[row.pk] = counted[place].pk if counted[place] is not row else None
    changed = [row for row in kind if row.lead_id != found[row.pk]]
    for row in changed:
        row.lead_id = found[row.pk]
    return changed
