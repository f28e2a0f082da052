"""The scores that were kept: as they are known now, and as they were shown at a time."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from analytics.findings import RiskScore
from analytics.risk.explain import reason_json
from analytics.risk.weights import Weights
from auditapp import clock
from auditapp.cases.models import ScoreRow

AT_ONCE = 500
NOTICED = 0.05  # a score that moved by less, for the same reasons, only aged
DAY = timedelta(days=1)


def keep(scores: Iterable[RiskScore], as_of: datetime, weights: Weights, *, newest: bool) -> None:
    """Takes these over as everybody's scores at that time; what they differ from stays as
    replaced. The `newest` also take the place of the day's earlier ones and of later ones.

    Of one that only aged since its last scoring no copy is kept.
    """
    now = clock.now()
    earlier = {row.person: row for row in _standing(as_of, newest=newest)}
    fresh, same, aged = [], set(), []
    for score in scores:
        row, old = _row(score, weights, now), earlier.get(score.person)
        if old and _says(old) == _says(row) and abs(old.score - row.score) < NOTICED:
            if old.as_of == as_of and old.score == row.score:
                same.add(old.pk)
                continue
            row.written = old.written
            aged.append(old.pk)
        fresh.append(row)
    for start in range(0, len(aged), AT_ONCE):
        ScoreRow.objects.filter(pk__in=aged[start : start + AT_ONCE]).delete()
    gone = [row.pk for row in _standing(as_of, newest=newest) if row.pk not in same]
    for start in range(0, len(gone), AT_ONCE):
        ScoreRow.objects.filter(pk__in=gone[start : start + AT_ONCE]).update(replaced=now)
    ScoreRow.objects.bulk_create(fresh, batch_size=AT_ONCE)


def shown_at(moment: datetime) -> list[ScoreRow]:
    """Everybody's score as it was shown then, the highest first."""
    kept = ScoreRow.ever.filter(written__lte=moment).filter(
        Q(replaced=None) | Q(replaced__gt=moment)
    )
    last = kept.filter(as_of__lt=_midnight(moment) + DAY).order_by("-as_of", "-written")
    found: dict[str, ScoreRow] = {}
    newest: datetime | None = None
    for row in last.iterator(AT_ONCE):
        newest = newest or row.as_of
        if row.as_of < newest - DAY:
            break
        found.setdefault(row.person, row)
    return sorted(found.values(), key=lambda row: (-row.score, row.person))


def forget(before: datetime) -> None:
    """Deletes what was replaced before that time."""
    ScoreRow.ever.filter(replaced__lt=before).delete()


def _standing(as_of: datetime, *, newest: bool) -> QuerySet[ScoreRow]:
    """The current rows that scores of that time take the place of."""
    if not newest:
        return ScoreRow.objects.filter(as_of=as_of)
    midnight = _midnight(as_of)
    same_day = Q(as_of__gt=midnight, as_of__lt=midnight + DAY)
    future = Q(as_of__gt=max(as_of, datetime.now(UTC)))
    return ScoreRow.objects.filter(Q(as_of=as_of) | same_day | future).order_by("as_of")


def _row(score: RiskScore, weights: Weights, now: datetime) -> ScoreRow:
    return ScoreRow(
        person=score.person,
        as_of=score.as_of,
        score=score.score,
        level=score.level,
        reasons=[reason_json(reason) for reason in score.reasons],
        plain=score.plain,
        watched=list(score.watched),
        weights=weights.digest,
        written=now,
    )


def _says(row: ScoreRow) -> tuple[Any, ...]:
    """What a score says, but for how much it has aged."""
    return row.level, row.weights, row.watched, [_told(reason) for reason in row.reasons]


def _told(reason: Mapping[str, Any]) -> tuple[Any, ...]:
    return reason["kind"], reason["id"], reason["sentence"], reason["points"], reason["events"]


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.astimezone(UTC).date(), time.min, UTC)
