"""Alerts of whoever is on duty are raised lower, of rules and of correlations."""

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from auditapp.cases.models import Alert
from auditapp.people.models import AccountLink, DutyRow, Person
from tests.auditapp.cases.excepting.site import HIGH, NOON, mount, send

pytestmark = pytest.mark.django_db
DUTY = {**HIGH, "foureyes": {**HIGH["foureyes"], "duty": True}}


@pytest.fixture(autouse=True)
def _mounted(tmp_path: Path, settings: Settings) -> None:
    settings.SPOOL = tmp_path / "spool"
    settings.EVENT_STORE_URL = (tmp_path / "lake").as_uri()
    settings.RULE_FOLDERS = [tmp_path / "rules"]
    mount(tmp_path, DUTY)
    for name in ("ana", "ben"):
        person = Person.objects.create(id=name, name=name, role="engineer")
        AccountLink.objects.create(account=f"unix:{name}", person=person)
    DutyRow.objects.create(
        person="ana", since=NOON - timedelta(hours=1), until=NOON + timedelta(hours=1)
    )


def test_only_who_is_on_call_at_that_time_is_explained() -> None:
    send(0, 200)
    send(1, user="ben")
    told = {
        (row.account, (row.time - NOON) // timedelta(minutes=1)): row.severity
        for row in Alert.objects.all()
    }
    assert told == {("unix:ana", 0): "medium", ("unix:ana", 200): "high", ("unix:ben", 1): "high"}
    assert Alert.objects.get(severity="medium").title.endswith(", by somebody on duty")
