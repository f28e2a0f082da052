"""Where each person stands now: one row a person, which changes only when the risk does."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from analytics.findings import RiskScore
from auditapp.cases.models import ScoreRow, Standing

NONE = "none"


def keep(scores: Iterable[RiskScore], as_of: datetime) -> None:
    """Takes over the newest scores; who has none any longer stands at 0. Scores of a past time
    change nothing."""
    if ScoreRow.objects.filter(as_of__gt=as_of).exists():
        return
    with transaction.atomic():
        known = {row.person: row for row in Standing.objects.all()}
        found = [_standing(known.pop(score.person, None), score, as_of) for score in scores]
        gone = [_fallen(row, as_of) for row in known.values()]
        for row in (*found, *gone):
            if row is not None:
                row.save()


def _standing(row: Standing | None, score: RiskScore, as_of: datetime) -> Standing | None:
    """The row as it is to be; None where nothing changed."""
    reasons = sorted({f"{one.finding.kind.value}:{one.finding.id}" for one in score.reasons})
    value = round(score.score, 1)
    if row is None:
        row = Standing(person=score.person, level=NONE, as_of=as_of)
    elif (row.score, row.level, row.reasons) == (value, score.level, reasons):
        return None
    row.newest = max((one.finding.time for one in score.reasons), default=None)
    return _changed(row, value, score.level, reasons, as_of)


def _fallen(row: Standing, as_of: datetime) -> Standing | None:
    return None if row.score == 0 and not row.reasons else _changed(row, 0.0, NONE, [], as_of)


def _changed(
    row: Standing, score: float, level: str, reasons: list[str], as_of: datetime
) -> Standing:
    if level != row.level:
        row.before, row.turned = row.level, as_of
    row.score, row.level, row.reasons, row.as_of = score, level, reasons, as_of
    return row
