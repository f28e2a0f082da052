"""A site's weights, their versions, and what other numbers would change."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from analytics.risk import weights
from analytics.risk.weights import WeightsError
from auditapp.cases import assessment, trying, weighing
from auditapp.cases.models import FindingRow, ScoreRow, WeightsVersion

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
SITE = "version: 7\nauthor: Olga\nreason: Our cluster is shared\n"


@pytest.fixture
def site_file(settings: Any, tmp_path: Path) -> Path:
    """A site's file of weights."""
    settings.WEIGHTS = tmp_path / "weights.yml"
    settings.WEIGHTS.write_text(f"{SITE}half_life_days: 7\nisolation: {{acted_as_others: 20}}\n")
    return Path(settings.WEIGHTS)


def finding(person: str, name: str, points: float) -> None:
    """Something a person did an hour before noon."""
    FindingRow.objects.create(
        day=NOON.date(),
        kind="isolation",
        finding=name,
        title="Title",
        person=person,
        time=NOON - timedelta(hours=1),
        points=points,
        confidence=0.85,
        sentence="did something",
        events=[f"{person}-{name}"],
    )


@pytest.mark.usefixtures("site_file")
def test_a_site_says_only_what_differs() -> None:
    own, used = weights.load(), weighing.in_force()
    assert (used.version, used.author, used.half_life_days) == (7, "Olga", 7)
    isolation = weights.ReasonKind.ISOLATION
    assert used.checks[isolation]["acted_as_others"] == 20
    assert (
        used.checks[isolation]["wrote_files_of_others"]
        == own.checks[isolation]["wrote_files_of_others"]
    )


@pytest.mark.parametrize("missing", ["version", "author", "reason"])
def test_a_site_says_which_version_it_is_who_made_it_and_why(site_file: Path, missing: str) -> None:
    lines = [line for line in SITE.splitlines() if not line.startswith(missing)]
    site_file.write_text("\n".join(lines))
    with pytest.raises(WeightsError, match=f"{missing} missing"):
        weighing.in_force()


def test_a_file_that_became_bad_goes_on_as_it_was(site_file: Path) -> None:
    good = weighing.in_force()
    weighing.keep(good)
    site_file.write_text(f"{SITE}half_life_days: soon\n")
    assert weighing.in_force() == good


def test_every_version_is_kept_with_who_made_it_and_why(site_file: Path) -> None:
    weighing.keep(weighing.in_force())
    site_file.write_text(f"{SITE.replace('7', '8')}half_life_days: 21\n")
    weighing.keep(weighing.in_force())
    weighing.keep(weighing.in_force())
    newest, first = WeightsVersion.objects.all()
    assert (newest.version, newest.author, newest.ended) == (8, "Olga", None)
    assert first.version == 7 and first.ended is not None
    assert weights.parse(first.text).half_life_days == 7


def test_a_score_leads_to_the_weights_that_made_it() -> None:
    finding("mallory", "cancelled_jobs_of_others", 99)
    assessment.rescore(NOON.date(), NOON)
    row = ScoreRow.objects.get(person="mallory", as_of=NOON)
    kept = weights.parse(WeightsVersion.objects.get(digest=row.weights).text)
    again = assessment.scores_at(NOON, kept)
    assert [score.score for score in again] == [row.score]


def test_a_smaller_weight_moves_the_ranking() -> None:
    finding("alice", "wrote_files_of_others", 73)
    finding("mallory", "cancelled_jobs_of_others", 99)
    moves = trying.compare(NOON, trying.changed({"isolation.cancelled_jobs_of_others": "21"}))
    assert [(move.person, move.place_before, move.place) for move in moves] == [
        ("alice", 2, 1),
        ("mallory", 1, 2),
    ]
    assert moves[1].before > moves[1].after
    assert moves[0].before == moves[0].after
    assert ScoreRow.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("features.nothing", "3", "no such weight"),
        ("features", "3", "no such weight"),
        ("author", "3", "a text is needed"),
        ("features.deletions", "many", "no number"),
        ("features.deletions", "nan", "no number"),
        ("features.deletions", "100", "no number from 0 to 99"),
    ],
)
def test_what_is_no_weight_is_refused(name: str, value: str, wrong: str) -> None:
    with pytest.raises(WeightsError, match=wrong):
        trying.changed({name: value})
