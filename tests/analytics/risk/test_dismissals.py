"""A judgement speaks of what was there, and of nothing that came later."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analytics.findings import Finding, ReasonKind
from analytics.risk.dismissals import Dismissal, by_key, dismissing

TIME = datetime(2026, 11, 3, 9, tzinfo=UTC)
FINDING = Finding(
    kind=ReasonKind.ISOLATION,
    id="jobs_cancelled",
    title="Jobs cancelled",
    person="p1",
    time=TIME,
    points=73.0,
    confidence=0.7,
    sentence="cancelled 2 jobs",
    events=("e1", "e2"),
    observed=2.0,
)
JUDGED = Dismissal(
    number=4,
    person="p1",
    kind=ReasonKind.ISOLATION,
    finding="jobs_cancelled",
    day=TIME.date(),
    events=frozenset({"e1", "e2"}),
    observed=2.0,
)
SILENT = replace(FINDING, events=(), observed=None)
SILENCE = replace(JUDGED, events=frozenset(), observed=None)


def test_it_covers_what_was_judged_and_what_shrank_since() -> None:
    known = by_key([JUDGED])
    assert dismissing(FINDING, known) is JUDGED
    assert dismissing(replace(FINDING, events=("e2",), observed=1.0), known) is JUDGED


@pytest.mark.parametrize(
    "other",
    [
        replace(FINDING, events=("e1", "e2", "e3")),
        replace(FINDING, observed=3.0),
        replace(FINDING, person="p2"),
        replace(FINDING, id="signals"),
        replace(FINDING, kind=ReasonKind.ANOMALY),
        replace(FINDING, events=()),
    ],
)
def test_what_grew_or_is_another_counts(other: Finding) -> None:
    assert dismissing(other, by_key([JUDGED])) is None


def test_what_no_event_speaks_for_is_known_by_its_day() -> None:
    known = by_key([SILENCE])
    assert dismissing(SILENT, known) is SILENCE
    assert dismissing(replace(SILENT, time=TIME + timedelta(days=1)), known) is None
    assert dismissing(replace(SILENT, events=("e9",)), known) is None


def test_without_judgements_everything_counts() -> None:
    assert dismissing(FINDING, {}) is None
