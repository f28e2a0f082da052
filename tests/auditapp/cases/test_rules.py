"""Rules whose files change while processes are at work."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from pytest_django.fixtures import Settings

from analytics import pipeline
from analytics.event import Context
from auditapp.cases import intake
from auditapp.cases.models import Alert
from auditapp.cases.rules import forget, rule_set
from auditapp.eventstore import store
from tests.conftest import ROOT

ASKED = """
import sys, django
django.setup()
from auditapp.cases.rules import rule_set
for line in sys.stdin:
    print({rule.id: rule.version for rule in rule_set().rules}.get("looked"), flush=True)
"""
PATIENCE = 60  # seconds; a change takes a few


def look(command: str) -> str:
    return yaml.safe_dump(
        {
            "title": "Looked",
            "logsource": {"product": "linux", "category": "process_creation"},
            "detection": {
                "selection": {"CommandLine|startswith": command},
                "condition": "selection",
            },
        }
    )


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    settings.EVENT_STORE_URL = (tmp_path / "lake").as_uri()
    settings.RULE_FOLDERS = [tmp_path / "rules"]
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "looked.yml").write_text(look("ls"))
    yield tmp_path / "rules"
    forget()


def version() -> str:
    return next(rule.version for rule in rule_set().rules if rule.id == "looked")


@pytest.mark.django_db
def test_an_alert_names_the_version_that_matched_though_the_rule_has_changed_since(
    folder: Path,
) -> None:
    source = pipeline.log_sources()["bash_history"]
    log = folder.with_name("history")
    log.write_text("#1772452800\nls /home\n")
    now = datetime.now(UTC)
    context = Context(feed="lab", batch="b", origin="x", received=now, host="gpu03", user="ana")
    with log.open("rb") as lines:
        (batch,) = pipeline.parse(source, lines, context)
    matched = version()
    taken = pipeline.take_in(batch, store=store(), rules=rule_set())
    (folder / "looked.yml").write_text(look("l"))
    forget()
    assert version() != matched
    intake.record(taken.found, taken.days)
    assert [alert.rule_version for alert in Alert.objects.filter(rule="looked")] == [matched]


@pytest.mark.django_db
def test_two_processes_take_a_change_without_a_restart(folder: Path) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "auditapp.settings",
        "FOUREYES_HOME": str(folder.parent),
        "FOUREYES_RULES": str(folder),
        "SECRET_KEY": "only-for-tests",
    }
    both = [
        subprocess.Popen(
            [sys.executable, "-c", ASKED],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]

    def versions() -> list[str]:
        found = []
        for process in both:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("?\n")
            process.stdin.flush()
            found.append(process.stdout.readline().strip())
        return found

    def become(wanted: str) -> None:
        end = time.monotonic() + PATIENCE
        while versions() != [wanted, wanted]:
            assert time.monotonic() < end, f"{versions()} never became {wanted}"
            time.sleep(0.2)

    try:
        first = version()
        assert versions() == [first, first]
        (folder / "looked.yml").write_text(look("cat"))
        forget()
        become(version())
        (folder / "looked.yml").unlink()
        become("None")
    finally:
        for process in both:
            process.kill()
            process.communicate()
