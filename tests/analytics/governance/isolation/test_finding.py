from dataclasses import replace
from typing import Any

import pytest

from analytics.fields import BY_NAME
from analytics.findings import Finding, ReasonKind
from analytics.governance import isolation
from analytics.identity import read_people
from tests.analytics.laboratory import (
    DAY,
    EMPTY,
    SITE,
    cancelled,
    command,
    event,
    table,
    written,
)

Row = dict[str, Any]


def found(*rows: Row) -> list[Finding]:
    """What isolation has to say about a day."""
    events = table(*rows).select(isolation.COLUMNS)
    return isolation.find(DAY.date(), events, SITE, EMPTY)


def test_its_columns_are_fields() -> None:
    assert set(isolation.COLUMNS) <= BY_NAME.keys()


def test_a_quiet_day_says_nothing() -> None:
    assert found() == []
    assert (
        found(
            cancelled("slurm:alice", "alice", "1"),
            command("alice", "ls"),
            written("alice", "/home/alice/x", "unix:alice"),
            event(event__action="sent-signal", actor__account="unix:alice"),
        )
        == []
    )


def test_cancelling_jobs_of_others_is_one_finding_with_their_number() -> None:
    jobs = [cancelled("uid:site/1002", "bob", str(n), at=n / 10) for n in range(6)]
    jobs += [cancelled("slurm:mallory", "carol", str(n), at=9) for n in range(6, 9)]
    jobs += [cancelled("slurm:mallory", name, name) for name in ("alice", "olga")]
    (one,) = found(*jobs, *jobs[:2])
    assert one.kind is ReasonKind.ISOLATION
    assert (one.id, one.person) == ("cancelled_jobs_of_others", "mallory")
    assert one.sentence == "cancelled 11 jobs of 4 people: 0, 1, 2 …"
    assert one.observed == 11
    assert (one.points, one.confidence) == (99, 0.85)
    assert set(one.events) == {job["event.id"] for job in jobs}
    assert one.resource == "slurm:bob"
    assert one.tactics == ("impact",)


@pytest.mark.parametrize(("by", "owner"), [("slurm:nobody", "bob"), ("slurm:mallory", "nobody")])
def test_who_is_unknown_is_never_blamed_nor_a_victim(by: str, owner: str) -> None:
    assert found(cancelled(by, owner, "1")) == []


def test_a_job_cancelled_by_another_account_of_its_owner_is_nothing() -> None:
    assert found(cancelled("uid:site/1003", "bob", "1")) == []


def test_the_number_of_used_rights_is_one_of_the_actors_realm() -> None:
    people = read_people(
        "person,name,team,role,manager,start,end,accounts\n"
        "carol,Carol,language,researcher,,,,uid:lab/1003\n"
        "mallory,Mallory,vision,researcher,,,,uid:lab/1002;uid:site/1003\n"
    )
    act = {
        "event__action": "executed",
        "actor__account": "uid:lab/1002",
        "user__effective__id": "1003",
    }
    events = table(event(**act), event(**act)).select(isolation.COLUMNS)
    (one,) = isolation.find(DAY.date(), events, replace(SITE, directory=people), EMPTY)
    assert one.sentence == "ran 2 commands with the rights of another person"


def test_administrators_and_team_mates_are_less_suspect() -> None:
    (stranger,) = found(cancelled("slurm:mallory", "bob", "1"))
    (mate,) = found(cancelled("slurm:mallory", "alice", "1"))
    (admin,) = found(cancelled("slurm:olga", "bob", "1"))
    assert admin.confidence < mate.confidence < stranger.confidence
    assert stranger.points == mate.points == admin.points == 47


def test_signals_to_processes_of_others_count() -> None:
    rows = [
        event(event__action="sent-signal", actor__account="unix:mallory", owner__account=owner)
        for owner in ("uid:site/1003", "unix:bob", "unix:mallory", None)
    ]
    (one,) = found(*rows)
    assert one.sentence == "sent 2 signals to processes of another person"


def test_a_team_path_is_strange_to_others_only() -> None:
    assert found(written("mallory", "/shared/ckpt/vision/a.pt", "uid:site/1001")) == []
    (one,) = found(written("mallory", "/shared/ckpt/language/a.pt", "uid:site/1002"))
    assert one.sentence == "wrote 1 file of team language: /shared/ckpt/language/a.pt"
    assert one.resource == "/shared/ckpt/language/a.pt"


def test_what_the_runs_of_others_load_is_graver_where_nothing_explains_it() -> None:
    def severity(by: str, *paths: str, kind: str = "change") -> float:
        rows = [written(by, path, "unix:bob") for path in paths]
        (one,) = found(*({**row, "event.type": kind} for row in rows))
        return one.points

    shards = [f"/data/web/shard-{n}.parquet" for n in range(3)]
    assert severity("mallory", *shards) == 73
    assert severity("mallory", *(path.replace("parquet", "log") for path in shards)) == 47
    assert severity("mallory", *(f"{path}.zst" for path in shards)) == 73
    assert severity("mallory", *(path.replace("parquet", "tar") for path in shards)) == 47
    archives = [f"/data/web/shard-{n:06}.tar" for n in range(3)]
    assert severity("mallory", *archives) == 73
    assert severity("mallory", *shards, kind="creation") == 47
    assert severity("olga", *shards) == 47  # an administrator
    assert severity("carol", *shards) == 47  # of Bob's team
    code = "/opt/env/lib/python3.11/site-packages/torch/hook.pth"
    assert severity("mallory", code, kind="creation") == 47
    assert severity("mallory", "/opt/env/bin/activate") == 21


def test_the_most_specific_row_says_whose_a_file_is() -> None:
    assert found(written("bob", "/scratch/bob/x", "unix:alice")) == []
    (one,) = found(written("mallory", "/scratch/bob/x", "unix:mallory"))
    assert "of another person: /scratch/bob/x" in one.sentence


def test_files_written_twice_are_one_file_and_reading_is_none() -> None:
    rows = [written("mallory", "/data/x", "unix:bob")] * 3
    rows.append({**written("mallory", "/data/y", "unix:bob"), "event.type": "access"})
    (one,) = found(*rows)
    assert one.observed == 1
    assert one.points == 21


def test_using_the_rights_of_another_person_counts_and_those_of_root_do_not() -> None:
    def ran(**effective: Any) -> Row:
        return {**command("mallory", "ls"), "event.action": "executed", **event(**effective)}

    (one,) = found(
        ran(user__effective__name="bob"),
        ran(user__effective__id="1004"),
        ran(user__effective__name="root", user__effective__id="0"),
        ran(user__effective__name="mallory", user__effective__id="1002"),
        ran(),
    )
    assert one.id == "acted_as_others"
    assert one.sentence == "ran 2 commands with the rights of 2 people"


def test_what_was_refused_did_nothing_but_a_cancelled_job_is_never_a_success() -> None:
    refused = {**written("mallory", "/data/x", "unix:bob"), "event.outcome": "failure"}
    assert found(refused) == []
    assert len(found({**cancelled("slurm:mallory", "bob", "1"), "event.outcome": "failure"})) == 1


def test_a_long_path_is_shortened_from_its_front() -> None:
    (one,) = found(written("mallory", "/{0}" + "a" * 5000 + "/end.pt", "unix:bob"))
    assert one.sentence.endswith("a/end.pt")
    assert len(one.sentence) < 150
