"""Who needs attention: the newest scores, or those of a past time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analytics.findings import ReasonKind
from analytics.risk.explain import reason_json
from auditapp.cases import history
from auditapp.cases.assessment import scores_at
from auditapp.cases.models import ScoreRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A person's place in the ranking. `reasons` are as `risk --json` gives them."""

    person: str
    score: float
    level: str
    as_of: datetime
    reasons: list[dict[str, Any]]
    plain: float | None
    watched: list[str]


def shown_then(moment: datetime) -> list[Ranked]:
    """The ranking as it was shown at a time, whatever became known since."""
    return [_kept(row) for row in history.shown_at(moment)]


def ranking(as_of: datetime | None = None, without: Collection[ReasonKind] = ()) -> list[Ranked]:
    """Everybody with a score, the highest first; the kept ones of the last scoring, or those
    computed for a past time, also without reasons of some kinds."""
    if as_of is not None:
        return [
            Ranked(
                person=score.person,
                score=score.score,
                level=score.level,
                as_of=as_of,
                reasons=[reason_json(reason) for reason in score.reasons],
                plain=score.plain,
                watched=list(score.watched),
            )
            for score in scores_at(as_of, without=without)
        ]
    newest = ScoreRow.objects.order_by("-as_of").values_list("as_of", flat=True).first()
    if newest is None:
        return []
    rows = ScoreRow.objects.filter(as_of=newest).order_by("-score", "person")
    return [_kept(row) for row in rows]


def _kept(row: ScoreRow) -> Ranked:
    return Ranked(
        person=row.person,
        score=row.score,
        level=row.level,
        as_of=row.as_of,
        reasons=row.reasons,
        plain=row.plain,
        watched=row.watched,
    )
