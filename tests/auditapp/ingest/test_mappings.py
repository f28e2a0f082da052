"""A site's mapping files are log sources everywhere."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from analytics import pipeline
from auditapp.accounts.models import ApiToken
from auditapp.ingest.mappings import mappings
from auditapp.ingest.models import Batch
from tests.auditapp.ingest.installation import Installation

MAPPING = """\
name: site_badges
title: Badge reader
family: context
format: keyvalue
recognise: {marks: ['badge=']}
time: {column: at}
fields: {event.action: {constant: entered}, user.name: who}
accounts: {actor.account: {kind: unix, column: who}}
"""
LOG = "at=2026-02-20T08:00:00Z badge=77 who=asilva\nat=2026-02-20T08:01:00Z badge=78 who=bkim\n"


def test_a_mapping_file_reads_logs_by_recognition_and_by_name(
    installation: Installation, tmp_path: Path
) -> None:
    folder = installation.home / "mappings"
    folder.mkdir()
    (folder / "badges.yml").write_text(MAPPING)
    (folder / "wrong.yml").write_text(MAPPING.replace("at}", "at, zone: Mars}"))
    (tmp_path / "door.log").write_text(LOG)
    done = installation.run("ingest", str(tmp_path / "door.log"), "--json")
    assert json.loads(done.stdout)["stored"] == 2, done.stderr.decode()
    named = ("--source", "site_badges", "--json")
    again = installation.run("ingest", str(tmp_path / "door.log"), *named)
    assert json.loads(again.stdout)["duplicates"] == 2
    told = json.loads(installation.run("describe", "--json").stdout)
    assert told["sources"]["site_badges"] == "Badge reader"
    (reason,) = told["refused mappings"].values()
    assert reason == "time.zone: no zone is called 'Mars'"


@pytest.fixture
def badges(tmp_path: Path, settings: Settings) -> Iterator[None]:
    """The source of a mapping file, in this process."""
    settings.SPOOL, settings.MAPPINGS = tmp_path / "spool", tmp_path
    (tmp_path / "badges.yml").write_text(MAPPING)
    mappings.cache_clear()
    pipeline.log_sources.cache_clear()
    yield
    mappings.cache_clear()
    pipeline.log_sources.cache_clear()


@pytest.mark.django_db
@pytest.mark.usefixtures("badges")
@pytest.mark.parametrize("name", ["site_badges", "auto"])
def test_a_mapping_file_s_log_may_be_sent(name: str) -> None:
    answer = Client().post(
        f"/api/v1/ingest/{name}",
        LOG,
        content_type="text/plain",
        headers={"Authorization": f"Bearer {ApiToken.issue(name='door', feed='doors')[1]}"},
    )
    assert answer.status_code == 202
    assert Batch.objects.get().source == "site_badges"
