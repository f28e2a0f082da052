"""Scores are kept as they are known now, and as they were shown."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auditapp.cases import assessment, history
from auditapp.cases.models import FindingRow, ScoreRow
from auditapp.cases.ranking import shown_then

pytestmark = pytest.mark.django_db
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=5)
HOUR = timedelta(hours=1)


class Clock:
    """What time it is for whoever keeps scores."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.time = NOON
        monkeypatch.setattr("auditapp.cases.history.clock.now", lambda: self.time)

    def scored(self, at: datetime) -> None:
        """Everybody is scored at that time."""
        self.time = at
        assessment.rescore(at.date(), at)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def finding(name: str, points: float, *, hours: float) -> FindingRow:
    """Something mallory did so many hours before noon."""
    return FindingRow.objects.create(
        day=NOON.date(),
        kind="isolation",
        finding=name,
        title="Title",
        person="mallory",
        time=NOON - timedelta(hours=hours),
        points=points,
        confidence=0.85,
        sentence=f"did {name}",
        events=[name],
    )


def reasons(shown: Any) -> list[list[str]]:
    """The ids of each score's reasons."""
    return [[reason["id"] for reason in row.reasons] for row in shown]


def test_what_came_late_changes_what_is_known_and_not_what_was_shown(clock: Clock) -> None:
    finding("cancelled_jobs_of_others", 73, hours=3)
    clock.scored(NOON)
    finding("wrote_files_of_others", 99, hours=2)
    clock.scored(NOON + HOUR)
    assert reasons(shown_then(NOON + HOUR / 2)) == [["cancelled_jobs_of_others"]]
    assert reasons(shown_then(NOON + 2 * HOUR)) == [
        ["wrote_files_of_others", "cancelled_jobs_of_others"]
    ]
    assert reasons(ScoreRow.objects.all()) == [
        ["wrote_files_of_others", "cancelled_jobs_of_others"]
    ]


def test_a_past_midnight_that_looks_otherwise_now_stays_as_it_was_shown(clock: Clock) -> None:
    late = finding("cancelled_jobs_of_others", 99, hours=30)
    clock.scored(NOON)
    midnight = NOON.replace(hour=0)
    assessment.rescore(NOON.date() - timedelta(days=2), NOON)
    late.delete()
    clock.time = NOON + HOUR
    assessment.rescore(NOON.date() - timedelta(days=2), NOON + HOUR)
    assert not ScoreRow.objects.filter(as_of=midnight).exists()
    assert reasons(shown_then(NOON)) == [["cancelled_jobs_of_others"]]
    assert shown_then(NOON + HOUR) == []


def test_of_a_score_that_only_aged_no_copy_is_kept(clock: Clock) -> None:
    finding("cancelled_jobs_of_others", 73, hours=3)
    for minutes in range(5):
        clock.scored(NOON + timedelta(minutes=minutes))
    assert ScoreRow.ever.count() == 1
    (row,) = shown_then(NOON + timedelta(seconds=30))
    assert row.person == "mallory"


def test_what_was_replaced_is_forgotten_in_the_end(clock: Clock) -> None:
    late = finding("cancelled_jobs_of_others", 99, hours=30)
    clock.scored(NOON)
    late.delete()
    clock.scored(NOON + HOUR)
    assert ScoreRow.ever.exists()
    history.forget(NOON + 2 * HOUR)
    assert not ScoreRow.ever.exists()
