"""A small organisation, its events in a lake of its own, and somebody who looks at them."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from auditapp.accounts.models import Role, User
from auditapp.cases.models import FindingRow
from tests.auditapp.dashboard.organisation import HOSTILE, Site


@pytest.fixture(autouse=True)
def _own_store(settings: Settings, tmp_path: Path) -> None:
    settings.EVENT_STORE_URL = (tmp_path / "lake").as_uri()
    settings.DEMO = True


@pytest.fixture
def site(db: None) -> Site:
    """Two people, one feed, seven events of three families, scores, an alert and a finding."""
    made = Site()
    command = {"event.action": "executed", "actor.account": "unix:ana", "host.name": "gpu01"}
    made.events(
        "bash_history",
        {"id": "e1", "hours": 5, "message": f"ana ran {HOSTILE}", **command},
        {"id": "e2", "hours": 30, "message": "ana ran ls", **command},
        {"id": "a/b?c#d", "hours": 6, "message": "an odd id", **command},
        {"id": "e4", "hours": 36, "actor.account": "unix:shared", "message": "as the shared one"},
        {"id": "e5", "hours": 3, "actor.account": "unix:shared", "message": "somebody else"},
    )
    made.events("github_webhook", {"id": "g1", "hours": 50, "actor.account": "unix:ben"})
    made.events("slurm_sacct", {"id": "s1", "hours": 200, "actor.account": "unix:ana"})
    made.score(made.ana, 20.0, 10, "e2")
    made.score(made.ana, 81.0, 0, "e1", "e2")
    made.score(made.ben, 3.0, 0, "g1")
    made.alert("e1")
    FindingRow.objects.create(
        day=made.now.date(),
        kind="isolation",
        finding="cancelled",
        title="Cancelled jobs",
        person=made.ana.id,
        time=made.now - timedelta(hours=5),
        points=73,
        confidence=0.9,
        sentence=f"cancelled 2 jobs {HOSTILE}",
        events=["e1", "e2"],
        resource=HOSTILE,
    )
    return made


@pytest.fixture
def analyst(db: None) -> Client:
    """A browser in which an analyst is signed in."""
    client = Client()
    client.force_login(User.objects.create_user("ines", role=Role.ANALYST))
    return client


@pytest.fixture
def keeper(db: None) -> Client:
    """A browser in which an investigator is signed in."""
    client = Client()
    client.force_login(User.objects.create_user("irma", role=Role.INVESTIGATOR))
    return client
