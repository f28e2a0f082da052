"""What an act reached, as REST and the command line tell it, with what people decided."""

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from auditapp.accounts import pseudonyms
from auditapp.accounts.models import Role, User
from auditapp.cases.impacting import working
from auditapp.cases.investigation.fields import Wrong
from auditapp.cases.models import ImpactDecision
from tests.auditapp.dashboard.organisation import HOSTILE, Site
from tests.auditapp.readside.test_lists import ask, token

pytestmark = pytest.mark.django_db
LIBRARY = f"/shared/lib/{HOSTILE}/a.py"


@pytest.fixture
def reached(site: Site) -> Site:
    """Ana changed a file of a library, and a job of Ben's began with it afterwards."""
    changed = {"event.category": "file", "event.type": "change", "event.action": "wrote-file"}
    written = {"actor.account": "unix:ana", "file.path": LIBRARY, **changed}
    site.events("bash_history", {"id": "w1", "hours": 9, **written})
    began = str(int(site.now.timestamp()) - 8 * 3600)
    site.events(
        "slurm_sacct",
        {
            "id": "j1",
            "hours": 2,
            "event.action": "job-completed",
            "actor.account": "unix:ben",
            "job.id": "812",
            "job.owner": "unix:ben",
            "job.state": "COMPLETED",
            "process.command_line": "sbatch /shared/lib/train.py",
            "labels": [("began", began), ("run", f"lab/812/{began}")],
        },
    )
    return site


def things(**query: object) -> dict[str, dict[str, Any]]:
    """What is told, by kind and name."""
    return {f"{one['kind']} {one['name']}": one for one in read_impact(**query)["things"]}


def read_impact(**query: object) -> dict[str, Any]:
    """The answer to a token that may."""
    answer = ask("impact", token("read:pillars"), **query)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_the_ways_lead_from_the_act_to_the_job_with_the_events(reached: Site) -> None:
    for asked in ({"path": "/shared/lib"}, {"person": "p001"}):
        found = things(**asked)
        job = found["job 812 train.py"]
        assert (job["standing"], job["owner"], job["distance"]) == ("suspect", "p/2", 1)
        (way,) = job["steps"]
        assert way["events"][-1]["id"] == "j1"
        assert found[f"file {LIBRARY}"]["steps"][0]["person"] == "p001"
        assert found[f"file {LIBRARY}"]["steps"][0]["events"][0]["id"] == "w1"
        assert way["source"] == found[f"file {LIBRARY}"]["key"]


def test_people_are_pseudonyms_where_data_are_real(reached: Site, settings: Settings) -> None:
    settings.DEMO = False
    shown = pseudonyms.pseudonym("p001")
    answer = read_impact(person=shown)
    assert answer["asked"]["value"] == shown
    assert "p001" not in json.dumps(answer)
    assert ask("impact", token("read:pillars"), person="p001").status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"person": "nobody"},
        {"person": "p001", "path": "/a"},
        {"path": "relative"},
        {"path": "/"},
        {"path": "/" + "x" * 5000},
        {"commit": "abc"},
        {"commit": "HEAD"},
        {"path": "/a", "since": "soon"},
        {"path": "/a", "since": "2999-01-01"},
        {"path": "/a", "since": "1999-01-01"},
        {"path": "/a", "since": "2026-05-02", "until": "2026-05-01"},
        {"path": "/a\x00"},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(site: Site, query: dict[str, str]) -> None:
    answer = ask("impact", token("read:pillars"), **query)
    assert answer.status_code == 400, answer.content
    assert answer.json()["detail"]


def test_it_is_not_for_everybody(site: Site) -> None:
    assert ask("impact", token("read:events"), path="/a/b").status_code == 403
    client = Client()
    assert client.get(reverse("api-impact"), {"path": "/a/b"}).status_code == 401
    client.force_login(User.objects.create_user("ada", role=Role.ADMINISTRATOR))
    assert client.get(reverse("api-impact"), {"path": "/a/b"}).status_code == 403


def test_what_people_decide_is_kept_and_the_newest_counts(reached: Site) -> None:
    asked = working.wanted({"path": "/shared/lib"}, reached.now.replace(day=1, month=1), None)
    found = working.worklist(asked)
    assert (found.done, found.suspects) == (0, 2)
    row = next(row for row in found.rows if row.thing.kind == "job")
    working.decide(asked, [row.token], "suspect", "trained again", "ines")
    working.decide(asked, [row.token], "cleared", f"evaluated {HOSTILE}", "otto")
    again = read_impact(path="/shared/lib", since=asked.since.isoformat())
    assert again["progress"] == {"suspects": 2, "worked_through": 1}
    job = next(one for one in again["things"] if one["kind"] == "job")
    assert (job["standing"], job["decision"]["by"]) == ("cleared", "otto")
    assert job["decision"]["reached_otherwise_since"] is False
    row = next(row for row in working.worklist(asked).rows if row.thing.kind == "job")
    history = row.decisions
    assert [one.standing for one in history] == ["suspect", "cleared"]
    assert [one.note for one in row.earlier] == ["trained again"]
    with pytest.raises(TypeError):
        history[0].delete()
    assert read_impact(path="/shared/lib")["progress"]["worked_through"] == 0  # another question


def test_a_thing_that_is_reached_in_another_way_later_says_so(reached: Site) -> None:
    asked = working.wanted({"path": "/shared/lib"}, reached.now.replace(day=1, month=1), None)
    row = next(row for row in working.worklist(asked).rows if row.thing.kind == "job")
    working.decide(asked, [row.token], "cleared", "fine", "ines")
    changed = {"event.category": "file", "event.type": "change", "event.action": "wrote-file"}
    other = {"actor.account": "unix:ana", "file.path": "/shared/lib/b.py", **changed}
    reached.events("bash_history", {"id": "w2", "hours": 9.5, **other})
    row = next(row for row in working.worklist(asked).rows if row.thing.kind == "job")
    assert (row.standing, row.more) == ("cleared", True)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"standing": "fine"}, "suspect, trusted or cleared"),
        ({"note": "  "}, "say why"),
        ({"note": "x" * 3000}, "too many"),
        ({"token": "made:up"}, "on no list"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(
    reached: Site, change: dict[str, str], why: str
) -> None:
    asked = working.wanted({"path": "/shared/lib"}, None, None)
    token = working.worklist(asked).rows[0].token
    given = {"token": token, "standing": "cleared", "note": "looked", **change}
    with pytest.raises(Wrong, match=why):
        working.decide(asked, [given["token"]], given["standing"], given["note"], "ines")
    assert not ImpactDecision.objects.exists()


def test_the_command_tells_the_same(reached: Site, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("impact", "--path", "/shared/lib", "--json")
    told = json.loads(capsys.readouterr().out)
    assert {one["kind"] for one in told["things"]} == {"job", "file"}
    assert told["suspects"] == 2
    call_command("impact", "--person", "p001")
    out = capsys.readouterr().out
    assert "0 of 2 suspects" in out
    assert "812 train.py" in out
    assert "\x1b" not in out
    for wrong in (["--person", "nobody"], ["--path", "x"], ["--commit", "12"]):
        with pytest.raises(CommandError):
            call_command("impact", *wrong)
