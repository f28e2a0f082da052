"""The truth is found in the logs, and detection is measured against it."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from analytics.findings import Level, RiskScore, Severity
from analytics.simulation import simulate
from analytics.simulation.truth import (
    Act,
    Insider,
    Raised,
    Truth,
    TruthError,
    measure,
    read_truth,
    write_truth,
)
from tests.analytics.simulation.evidence import seen


def test_every_act_is_in_the_logs(site: Path) -> None:
    truth = read_truth(site)
    assert {insider.scenario for insider in truth.insiders} == {
        "saboteur", "quiet_saboteur", "thief",
    }  # fmt: skip
    missing = [
        (insider.scenario, act)
        for insider in truth.insiders
        for act in insider.acts
        if not seen(site, act)
    ]
    assert missing == []


def test_no_act_comes_after_the_last_log(tmp_path: Path) -> None:
    """The thief of this seed still sends when the last day, of which the logs tell, is over."""
    simulate(tmp_path, people=30, days=10, seed=14, scenarios=("thief",), until=date(2026, 6, 24))
    acts = [act for insider in read_truth(tmp_path).insiders for act in insider.acts]
    assert acts
    assert [act for act in acts if not seen(tmp_path, act)] == []


def test_the_saboteur_leaves_traces_in_every_family(site: Path) -> None:
    saboteur = next(one for one in read_truth(site).insiders if one.scenario == "saboteur")
    sources = {act.source for act in saboteur.acts}
    assert {"auditd", "github_webhook", "slurm_sacct", "hf_access"} <= sources
    assert sources & {"bash_history", "zsh_history"}


def test_harm_begins_after_there_is_something_to_compare_with(site: Path) -> None:
    truth = read_truth(site)
    for insider in truth.insiders:
        days = (insider.first_act.date() - truth.first).days
        assert days >= truth.days * 0.6 - 1
        assert list(insider.acts) == sorted(insider.acts, key=lambda act: act.time)


def test_sabotaged_jobs_are_cancelled_by_the_saboteur(site: Path) -> None:
    people = (site / "people.csv").read_text().splitlines()
    for insider in read_truth(site).insiders:
        row = next(line for line in people if line.startswith(insider.person))
        uid = re.findall(r"uid:(\d+)", row)[0]
        for act in insider.acts:
            if act.source == "slurm_sacct":
                lines = (site / act.log).read_text().splitlines()
                job = next(line for line in lines if line.startswith(act.trace)).split("|")
                assert job[8] == f"CANCELLED by {uid}"
                assert job[6] != uid


def test_a_calm_organisation_has_no_insider(calm: Path) -> None:
    assert json.loads((calm / "truth.json").read_text())["insiders"] == []


START = datetime(2026, 2, 20, 21, 0, tzinfo=UTC)


def _truth(*insiders: str) -> Truth:
    act = Act(time=START, source="auditd", what="writes", log="logs/x", trace="x")
    return Truth(
        seed=1,
        first=date(2026, 2, 1),
        last=date(2026, 2, 20),
        people=("p1", "p2", "p3", "p4"),
        insiders=tuple(
            Insider(person=person, scenario="saboteur", acts=(act,)) for person in insiders
        ),
    )


def _scores(**points: float) -> list[RiskScore]:
    return [
        RiskScore(person=person, as_of=START, score=score, level=Level.LOW, reasons=())
        for person, score in points.items()
    ]


def _raised(person: str | None, hours: float, severity: Severity = Severity.HIGH) -> Raised:
    return Raised(person=person, time=START + timedelta(hours=hours), severity=severity)


def test_the_highest_score_ranks_first() -> None:
    result = measure(_truth("p3"), _scores(p1=10, p3=80), [])
    assert result["rank_of_each_insider"] == {"p3": 1}
    assert result["recall_at_k"] == 1.0


def test_equal_scores_share_the_worst_rank() -> None:
    result = measure(_truth("p3"), _scores(p1=50, p2=50, p3=50), [])
    assert result["rank_of_each_insider"] == {"p3": 3}
    assert result["recall_at_k"] == 0.0


def test_an_insider_without_a_score_ranks_last() -> None:
    assert measure(_truth("p3"), _scores(p1=50), [])["rank_of_each_insider"] == {"p3": 4}


def test_half_of_two_insiders_found_is_a_recall_of_one_half() -> None:
    result = measure(_truth("p2", "p3"), _scores(p1=50, p2=60, p3=40), [])
    assert result["recall_at_k"] == 0.5


def test_insiders_within_twice_their_number_of_ranks_are_counted() -> None:
    result = measure(_truth("p3"), _scores(p1=90, p3=80), [])
    assert result["insiders_within_twice_their_number"] == 1
    result = measure(_truth("p3"), _scores(p1=90, p2=85, p3=80), [])
    assert result["insiders_within_twice_their_number"] == 0


def test_hours_count_from_the_first_act_to_the_first_high_alert_after_it() -> None:
    alerts = [
        _raised("p3", -30),
        _raised("p3", 1, Severity.MEDIUM),
        _raised("p3", 5.5),
        _raised("p3", 2.25, Severity.CRITICAL),
        _raised("p1", 0.1),
    ]
    result = measure(_truth("p3"), [], alerts)
    assert result["first_high_alert_hours_after_first_act"] == {"p3": 2.25}


def test_an_insider_nobody_was_alerted_to_has_no_hours() -> None:
    result = measure(_truth("p3"), [], [_raised("p1", 3)])
    assert result["first_high_alert_hours_after_first_act"] == {"p3": None}


def test_alerts_on_innocents_are_counted_and_those_on_nobody_are_not() -> None:
    alerts = [
        _raised("p1", -100),
        _raised("p2", 3, Severity.CRITICAL),
        _raised("p2", 3, Severity.LOW),
        _raised("p3", 3, Severity.CRITICAL),
        _raised(None, 3, Severity.CRITICAL),
    ]
    result = measure(_truth("p3"), [], alerts)
    assert result["high_alerts_per_day_on_innocents"] == 0.1
    assert result["critical_alerts_on_innocents"] == 1


def test_a_calm_organisation_has_nothing_to_recall() -> None:
    result = measure(_truth(), _scores(p1=1), [], events_per_second=12.5)
    assert result == {
        "people": 4,
        "insiders": 0,
        "scenario_of_each_insider": {},
        "insiders_within_twice_their_number": 0,
        "rank_of_each_insider": {},
        "recall_at_k": None,
        "first_high_alert_hours_after_first_act": {},
        "high_alerts_per_day_on_innocents": 0.0,
        "critical_alerts_on_innocents": 0,
        "events_per_second": 12.5,
    }


def test_the_truth_survives_writing_and_reading(tmp_path: Path) -> None:
    write_truth(tmp_path, _truth("p2"))
    assert read_truth(tmp_path) == _truth("p2")


def test_a_truth_of_insiders_alone_is_enough(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("person,name,accounts\np1,A,unix:a\np2,B,unix:b\n")
    act = {"time": "2026-02-20T21:00:00Z", "source": "auditd", "what": "writes"}
    insider = {"person": "p2", "scenario": "s", "first_act": act["time"], "acts": [act]}
    (tmp_path / "truth.json").write_text(json.dumps({"insiders": [insider]}))
    truth = read_truth(tmp_path)
    assert truth.people == ("p1", "p2")
    assert truth.days == 1
    assert truth.insiders[0].first_act == START


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"insiders": 3}', '{"insiders": [{"person": "p1"}]}', "\x00"]
)
def test_what_is_no_truth_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "truth.json").write_text(text)
    with pytest.raises(TruthError, match=r"truth\.json is no truth"):
        read_truth(tmp_path)


def test_a_missing_truth_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(TruthError, match="does not exist"):
        read_truth(tmp_path)
