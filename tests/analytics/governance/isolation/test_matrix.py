from dataclasses import replace
from datetime import timedelta

from analytics.findings import Finding, ReasonKind
from analytics.governance import isolation
from analytics.governance.isolation.matrix import COLUMNS
from tests.analytics.laboratory import DAY, EMPTY, SITE, cancelled, table, written


def found() -> list[Finding]:
    """A day on which mallory cancels two jobs of bob and one of alice, and writes a team's file."""
    rows = [cancelled("slurm:mallory", "bob", job) for job in ("1", "2")]
    rows += [cancelled("slurm:mallory", "alice", "3")]
    rows += [written("mallory", "/shared/ckpt/language/a.pt", "uid:site/1002")]
    events = table(*rows).select(isolation.COLUMNS)
    return isolation.find(DAY.date(), events, SITE, EMPTY)


def test_it_adds_up_what_each_did_to_each_owner_over_days() -> None:
    next_day = [replace(one, time=one.time + timedelta(days=1)) for one in found()]
    rows = isolation.matrix([*found(), *next_day]).to_pylist()
    assert [(row["actor"], row["owner"], row["check"], row["count"]) for row in rows] == [
        ("mallory", "bob", "cancelled_jobs_of_others", 4),
        ("mallory", "alice", "cancelled_jobs_of_others", 2),
        ("mallory", "team:language", "wrote_files_of_others", 2),
    ]
    assert {row["days"] for row in rows} == {2}
    assert all(row["last"] - row["first"] == timedelta(days=1) for row in rows)


def test_findings_of_other_kinds_and_none_leave_it_empty() -> None:
    others = [replace(one, kind=ReasonKind.REVIEW) for one in found()]
    assert isolation.matrix(others).num_rows == isolation.matrix([]).num_rows == 0
    assert isolation.matrix([]).schema == COLUMNS
