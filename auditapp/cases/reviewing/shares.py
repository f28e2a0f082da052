"""How many updates of shared branches another person looked at: by repository, team and month."""

from dataclasses import dataclass
from datetime import UTC

from django.db.models import Count, F, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import TruncMonth

from analytics.governance.review.verdict import Verdict
from auditapp.cases.reviewing.models import VerdictRow

BY: dict[str, Combinable] = {
    "month": TruncMonth("time", tzinfo=UTC),
    "team": F("team"),
    "repository": F("repository"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The updates of a repository, of a team's people (empty where nobody is known) or of a month
    (as 2026-11), by verdict."""

    of: str
    reviewed: int
    bypass: int
    unknown: int

    @property
    def decided(self) -> int:
        """How many it is known of."""
        return self.reviewed + self.bypass

    @property
    def share(self) -> float | None:
        """Of those that it is known of, the part that another person looked at."""
        return self.reviewed / self.decided if self.decided else None


def shares(rows: QuerySet[VerdictRow], by: str, most: int) -> list[Share]:
    """The shares by month, the newest first; by repository or team with most bypasses first."""
    order = ("-of",) if by == "month" else ("-n_bypass", "n_reviewed", "of")
    counted = (
        rows.order_by()
        .values(of=BY[by])
        .annotate(
            n_reviewed=_number_of(Verdict.REVIEWED),
            n_bypass=_number_of(Verdict.BYPASS),
            n_unknown=_number_of(Verdict.UNKNOWN),
        )
    )
    return [
        Share(
            of=row["of"].strftime("%Y-%m") if by == "month" else row["of"],
            reviewed=row["n_reviewed"],
            bypass=row["n_bypass"],
            unknown=row["n_unknown"],
        )
        for row in counted.order_by(*order)[:most]
    ]


def _number_of(verdict: Verdict) -> Count:
    return Count("id", filter=Q(verdict=verdict.value))
