"""The reasons of a score as a page shows them."""

from datetime import UTC, datetime

import pytest

from auditapp.cases.models import ScoreRow
from auditapp.dashboard.reasons import reasons_of

pytestmark = pytest.mark.django_db


def reason(sentence: str, cluster: int, contribution: float) -> dict[str, object]:
    return {
        "kind": "rule",
        "id": "r",
        "title": "Title",
        "points": 73.0,
        "sentence": sentence,
        "events": ["e1"],
        "confidence": 0.5,
        "contribution": contribution,
        "cluster": cluster,
    }


def test_reasons_that_share_events_stand_under_the_largest() -> None:
    row = ScoreRow.objects.create(
        person="p001",
        as_of=datetime(2026, 11, 3, tzinfo=UTC),
        score=50,
        level="moderate",
        reasons=[reason("first", 1, 36.5), reason("other", 2, 20), reason("again", 1, 10)],
    )
    first, other = reasons_of(row)
    assert (first.sentence, first.weight, first.link) == ("first", 1.0, _link(row, 0))
    assert [(one.sentence, one.link) for one in first.also] == [("again", _link(row, 2))]
    assert (other.sentence, other.also) == ("other", [])


def _link(row: ScoreRow, place: int) -> str:
    return f"/events/?score={row.pk}&reason={place}"
