"""Findings judged innocent: the score follows, and what was shown stays known."""

import io
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from auditapp.accounts.models import Role, User
from auditapp.cases import assessment, history, weighing
from auditapp.cases.dismissing import deciding, judged
from auditapp.cases.dismissing.models import Dismissal, DismissalChange
from auditapp.cases.identities import merge
from auditapp.cases.investigation.fields import Wrong
from auditapp.cases.models import FindingRow, ScoreRow, TouchedDay
from auditapp.people.models import Person

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC).replace(microsecond=0)


def finding(name: str = "jobs_cancelled", points: float = 73, **more: Any) -> FindingRow:
    """An isolation finding about p1, an hour ago."""
    told = {
        "kind": "isolation",
        "person": "p1",
        "events": [f"{name}-1", f"{name}-2"],
        "confidence": 0.9,
        "observed": 2.0,
        **more,
    }
    time = NOW - timedelta(hours=1)
    return FindingRow.objects.create(
        day=time.date(), finding=name, title=name, time=time, points=points, sentence=name, **told
    )


def scores() -> dict[str, float]:
    return {one.person: one.score for one in assessment.scores_at(NOW)}


def keep() -> None:
    weights = weighing.in_force()
    history.keep(assessment.scores_at(NOW), NOW, weights, newest=True)


def dismissed(row: FindingRow, by: str = "ines") -> Dismissal:
    return deciding.dismiss(judged.of_row(row), "planned, OPS-12", by)


def test_what_is_judged_innocent_leaves_the_score_and_comes_back_when_revoked() -> None:
    row = finding()
    before = scores()
    one = dismissed(row)
    assert before["p1"] > 40
    assert scores() == {}
    row.refresh_from_db()
    assert row.dismissed_by == one
    assert TouchedDay.objects.filter(day=row.day).exists()
    deciding.revoke(one.pk, "it was not planned", "otto")
    assert scores() == before
    row.refresh_from_db()
    assert row.dismissed_by is None
    told = [(each.author, each.what, each.words) for each in one.changes.all()]
    assert told == [
        ("ines", "made", "planned, OPS-12"),
        ("otto", "revoked", "it was not planned"),
    ]


def test_a_finding_that_grew_counts_again() -> None:
    row = finding()
    dismissed(row)
    FindingRow.objects.filter(pk=row.pk).update(
        events=["jobs_cancelled-1", "jobs_cancelled-2", "jobs_cancelled-3"], observed=3.0
    )
    assert scores()["p1"] > 40


def test_what_was_shown_before_is_shown_as_it_was() -> None:
    row = finding()
    keep()
    (shown,) = ScoreRow.objects.all()
    one = dismissed(row)
    keep()
    assert not ScoreRow.objects.exists()
    assert [each.score for each in history.shown_at(shown.written)] == [shown.score]
    assert one.sentence == "jobs_cancelled"


def test_what_is_critical_counts_until_a_second_person_agrees() -> None:
    one = dismissed(finding(points=99))
    assert one.state == "proposed"
    assert scores()["p1"] > 70
    with pytest.raises(Wrong, match="somebody else"):
        deciding.accept(one.pk, "ines")
    deciding.accept(one.pk, "otto")
    assert scores() == {}
    one.refresh_from_db()
    assert one.approved_by == "otto"


def test_what_is_refused_counts_on_and_may_be_judged_anew() -> None:
    row = finding(points=99)
    one = dismissed(row)
    with pytest.raises(Wrong, match="judged it already"):
        dismissed(row, "otto")
    deciding.refuse(one.pk, "nobody planned that", "otto")
    assert scores()["p1"] > 70
    with pytest.raises(Wrong, match="does not wait"):
        deciding.accept(one.pk, "otto")
    assert dismissed(row).state == "proposed"


def test_a_judgement_needs_a_reason_and_is_never_lost() -> None:
    row = finding()
    with pytest.raises(Wrong, match="needs a reason"):
        deciding.dismiss(judged.of_row(row), "  ", "ines")
    assert not Dismissal.objects.exists()
    one = dismissed(row)
    change = DismissalChange.objects.get(dismissal=one)
    with pytest.raises(TypeError):
        change.delete()


def test_reasons_of_a_score_can_be_judged_and_alerts_of_rules_cannot() -> None:
    finding("chained", kind="sequence")
    keep()
    score = ScoreRow.objects.get()
    deciding.dismiss(judged.of_reason(score, 0), "a drill", "ines")
    assert scores() == {}
    score.reasons[0]["kind"] = "rule"
    with pytest.raises(Wrong, match="closed on their page"):
        judged.of_reason(score, 0)
    with pytest.raises(Wrong, match="computed anew"):
        judged.of_reason(score, 7)


def test_judgements_follow_people_who_are_merged() -> None:
    Person.objects.create(id="p1", name="Ana")
    Person.objects.create(id="p2", name="Ana Silva")
    one = dismissed(finding())
    merge("p1", "p2", "irma")
    one.refresh_from_db()
    assert one.person == "p2"


def run(*arguments: str) -> Any:
    out = io.StringIO()
    call_command("dismissals", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_command_lists_and_revokes() -> None:
    one = dismissed(finding())
    (told,) = run()
    assert (told["number"], told["state"]) == (f"DI-{one.pk}", "accepted")
    assert date.fromisoformat(told["day"]) == one.day
    (told,) = run("--revoke", str(one.pk), "--reason", "not planned")
    assert told["state"] == "revoked"
    with pytest.raises(CommandError, match="not in force"):
        run("--revoke", str(one.pk), "--reason", "again")
    with pytest.raises(CommandError, match="there is no dismissal 77"):
        run("--revoke", "77", "--reason", "x")


def test_only_who_may_on_the_page_may_here() -> None:
    one = dismissed(finding())
    User.objects.create_user("udo", role=Role.AUDITOR)
    assert run("--as", "udo")
    with pytest.raises(CommandError, match="may not do that"):
        run("--revoke", str(one.pk), "--reason", "x", "--as", "udo")
