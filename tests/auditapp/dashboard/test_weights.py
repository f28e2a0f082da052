"""The page of the weights."""

from datetime import timedelta

import pytest
from django.test import Client

from auditapp.cases.models import FindingRow, ScoreRow
from tests.auditapp.dashboard.organisation import HOSTILE, Site

pytestmark = pytest.mark.django_db


def found(site: Site) -> None:
    """Ana cancelled jobs yesterday."""
    FindingRow.objects.create(
        day=site.now.date(),
        kind="isolation",
        finding="cancelled_jobs_of_others",
        title="Cancelled",
        person=site.ana.id,
        time=site.now - timedelta(days=1),
        points=99,
        confidence=0.85,
        sentence="cancelled jobs",
        events=["e1"],
    )


def test_it_shows_what_is_in_force(analyst: Client) -> None:
    page = analyst.get("/weights/").content.decode()
    assert "half_life_days" in page
    assert "Nothing was scored yet." in page


def test_a_number_that_is_tried_moves_people_and_changes_nothing(
    analyst: Client, site: Site
) -> None:
    found(site)
    before = list(ScoreRow.ever.values_list("pk", "score"))
    answer = analyst.get(
        "/weights/", {"name": "isolation.cancelled_jobs_of_others", "value": "21"}, follow=True
    )
    page = answer.content.decode()
    assert answer.redirect_chain[0][0].startswith("/weights/?set=isolation")
    assert "1 of 1 people would move" in page
    assert list(ScoreRow.ever.values_list("pk", "score")) == before


def test_what_is_no_weight_is_said_and_escaped(analyst: Client, site: Site) -> None:
    page = analyst.get("/weights/", {"set": f"{HOSTILE}=3"}).content.decode()
    assert "there is no such weight" in page
    assert "<img" not in page


@pytest.mark.parametrize("set_", ["", "=", "a", "a=b=c", "features.deletions=1e999"])
def test_an_odd_address_is_no_error_of_ours(analyst: Client, site: Site, set_: str) -> None:
    assert analyst.get("/weights/", {"set": set_}).status_code == 200
