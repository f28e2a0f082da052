"""Alerts that the site explains are raised lower: by duty, and by whose place it went to."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from auditapp.accounts.models import ApiToken
from auditapp.accounts.scopes import Scope
from auditapp.cases.models import Alert
from auditapp.ingest import work
from auditapp.people.models import AccountLink, DutyRow, Person, ResourceRow
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


def test_an_upload_to_an_organisation_of_resources_csv_is_explained_and_no_other() -> None:
    ResourceRow.objects.create(
        kind="model", pattern="acme-ai/*", owner="team:release", criticality="high"
    )
    uploads = "".join(
        f"10.4.2.17 - ana [{NOON:%d/%b/%Y:%H:%M:%S} +0000]"
        f' "POST /api/models/{repository}/commit/main HTTP/1.1" 200 9'
        ' "-" "huggingface_hub/0.28.1"\n'
        for repository in ("acme-ai/base-7b", "elsewhere/base-7b")
    )
    token = ApiToken.issue(name="t", feed="lab", scopes=[Scope.INGEST])[1]
    answer = Client().post(
        "/api/v1/ingest/hf_access?host=mirror",
        uploads,
        content_type="text/plain",
        headers={"Authorization": f"Bearer {token}"},
    )
    work.process(answer.json()["batch"])
    told = {row.object: (row.severity, row.title) for row in Alert.objects.all()}
    severity, title = told["acme-ai/base-7b"]
    assert (severity, title.endswith(", to a place of our own")) == ("medium", True)
    severity, title = told["elsewhere/base-7b"]
    assert (severity, title.endswith(", to a place of our own")) == ("high", False)
