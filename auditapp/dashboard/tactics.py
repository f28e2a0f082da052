"""Alerts by ATT&CK tactic: what those who act seem to be after."""

from collections import Counter
from dataclasses import dataclass
from functools import reduce
from operator import or_
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from auditapp.cases.models import Alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Tactic:
    """How many alerts tell of a tactic, what part of the most frequent one's that is (0 to 1), and
    the address of them."""

    name: str
    count: int
    share: float
    link: str


def counted(alerts: QuerySet[Alert]) -> list[Tactic]:
    """The tactics of alerts that are not closed, the most frequent first; an alert of two counts
    for each."""
    counts: Counter[str] = Counter()
    for tactics, count in alerts.order_by().values_list("tactics").annotate(count=Count("id")):
        counts.update(dict.fromkeys(tactics, count))
    most = max(counts.values(), default=1)
    return [
        Tactic(
            name=name,
            count=count,
            share=count / most,
            link=f"{reverse('alerts')}?{urlencode({'tactic': name})}",
        )
        for name, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    ]


def of_tactic(alerts: QuerySet[Alert], name: str) -> QuerySet[Alert]:
    """The alerts that tell of a tactic. SQLite cannot look into a list: the lists are compared."""
    lists = Alert.objects.order_by().values_list("tactics", flat=True).distinct()
    wanted = [Q(tactics=one) for one in lists if name in one]
    return alerts.filter(reduce(or_, wanted)) if wanted else alerts.none()
