"""What the overview says has changed since somebody last looked, and beside the month before."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from auditapp.accounts.models import Role, User
from auditapp.cases.models import Alert, Case, FindingRow, Standing
from auditapp.dashboard import novelty
from auditapp.ingest.models import Silence
from tests.auditapp.dashboard.organisation import HOSTILE, Site
from tests.auditapp.dashboard.test_pages import assert_harmless, links, read

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NEWS = "Since you last looked"


def look(user: User, time: datetime) -> datetime | None:
    """What a look at a time is told of the visit before."""
    user.refresh_from_db()
    return novelty.visit(user, time)


def came_back(hours: float) -> None:
    """The analyst was here so many hours ago, and not since."""
    then = datetime.now(UTC) - timedelta(hours=hours)
    User.objects.update(looked=then, looked_before=None)


@pytest.mark.django_db
def test_looks_that_follow_each_other_soon_are_one_visit() -> None:
    user = User.objects.create_user("ines", role=Role.ANALYST)
    assert look(user, NOON) is None
    assert look(user, NOON + 20 * MINUTE) is None
    assert look(user, NOON + 5 * HOUR) == NOON + 20 * MINUTE
    assert look(user, NOON + 5 * HOUR + 10 * MINUTE) == NOON + 20 * MINUTE
    assert look(user, NOON + 9 * HOUR) == NOON + 5 * HOUR + 10 * MINUTE


def test_a_first_visit_is_told_nothing(analyst: Client, site: Site) -> None:
    assert NEWS not in read(analyst, reverse("overview"))


def test_a_quiet_night_is_said_to_be_one(analyst: Client, site: Site) -> None:
    Alert.objects.update(detected=site.now - 10 * HOUR)
    came_back(8)
    assert "Nothing new" in read(analyst, reverse("overview"))


def test_what_came_since_is_told_and_each_word_leads_to_it(analyst: Client, site: Site) -> None:
    Alert.objects.update(detected=site.now - 10 * HOUR)
    came_back(8)
    site.alert("e2", rule="another", severity="critical", title="Since then")
    Standing.objects.create(
        person="p/2", score=81, level="high", before="low", turned=site.now, as_of=site.now
    )
    Standing.objects.create(
        person="p001", score=1, level="none", before="high", turned=site.now, as_of=site.now
    )
    case = Case.objects.create(title=HOSTILE, severity="high", opened_by="irma")
    Silence.objects.create(feed=site.feed, since=site.now - HOUR, expected_seconds=60)
    page = read(analyst, reverse("overview"))
    assert_harmless(page)
    news = page.partition(NEWS)[2].partition("</section>")[0]
    assert "1 critical alert came" in news
    assert "rose from low to high" in news
    assert "Ana Silva" not in news  # fell
    assert f"{case.number} was opened" in news
    assert "fell silent" in news
    (alerts,) = links(news, "/alerts/")
    led_to = read(analyst, alerts)
    assert "Since then" in led_to
    assert "Job cancelled" not in led_to.partition("</form>")[2]
    for address in links(news, "/"):
        assert analyst.get(address).status_code == 200


def test_a_time_that_is_none_finds_no_alert(analyst: Client, site: Site) -> None:
    page = read(analyst, f"{reverse('alerts')}?state=any&since=soon")
    assert "No alerts" in page


def test_a_pillar_is_told_beside_the_month_before(analyst: Client, site: Site) -> None:
    page = read(analyst, reverse("overview"))
    assert "in the 30 before" not in page  # nothing is that old
    (finding,) = FindingRow.objects.all()
    for days in (40, 45, 59.5):
        finding.pk, finding.time = None, site.now - timedelta(days=days)
        finding.save()
    assert "1 finding in 30 days, 2 fewer than in the 30 before" in read(
        analyst, reverse("overview")
    )
