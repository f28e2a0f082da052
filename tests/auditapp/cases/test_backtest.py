"""manage.py backtest over what an installation holds."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings

from analytics.store.base import Question
from auditapp.accounts.models import ApiToken, Role, User
from auditapp.accounts.scopes import Scope
from auditapp.cases.models import Alert, Hit, Stretch
from auditapp.eventstore import store
from auditapp.ingest import work

pytestmark = pytest.mark.django_db
HISTORY = b"#1772452800\nlook /home\n#1772452801\nlook /etc\n#1772539200\nlook /\n#1772539201\nls\n"
LOOK = {
    "title": "Looked \x1b[31maround",
    "level": "medium",
    "logsource": {"product": "linux", "category": "process_creation"},
    "detection": {"selection": {"CommandLine|startswith": "look "}, "condition": "selection"},
    "foureyes": {"object": "process.command_line"},
}


@pytest.fixture
def rule(tmp_path: Path, settings: Settings) -> Path:
    """A rule that is not in force, and a history in which it fires three times on two days."""
    settings.SPOOL = tmp_path / "spool"
    settings.EVENT_STORE_URL = (tmp_path / "lake").as_uri()
    path = tmp_path / "drafts" / "looked.yml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(LOOK))
    token = ApiToken.issue(name="t", feed="lab", scopes=[Scope.INGEST])[1]
    answer = Client().post(
        "/api/v1/ingest/bash_history?host=gpu03&user=ana&whole=true",
        HISTORY,
        content_type="text/plain",
        headers={"Authorization": f"Bearer {token}"},
    )
    work.process(answer.json()["batch"])
    return path


def told(*arguments: str | Path) -> str:
    out = io.StringIO()
    call_command("backtest", *map(str, arguments), stdout=out)
    return out.getvalue()


def told_as_json(*arguments: str | Path) -> Any:
    return json.loads(told(*arguments, "--json"))


def test_it_draws_hits_a_day_and_names_what_was_touched(rule: Path) -> None:
    text = told(rule)
    assert "3 hits on 2 days; 0 people, 1 accounts of nobody known, 3 objects" in text
    assert "2026-03-02         2  ████████████████████████████████████████" in text
    assert "2026-03-03         1  ████████████████████\n" in text
    assert "objects: look " in text
    assert "unix:ana" in text
    assert "1 rules over 4 events of 2 days, 2026-03-02 to 2026-03-03: 3 hits in" in text
    assert "\x1b" not in text


def test_json_has_what_the_text_says(rule: Path) -> None:
    found = told_as_json(rule)
    assert (found["events"], found["hits"], found["days"]) == (4, 3, 2)
    (one,) = found["rules"]
    assert (one["id"], one["severity"]) == ("looked", "medium")
    assert one["days"] == {"2026-03-02": 2, "2026-03-03": 1}
    assert one["accounts"] == [{"account": "unix:ana", "hits": 3}]
    assert len(one["samples"]) == 3
    assert found["events_per_second"] > 0


def test_it_writes_nothing(rule: Path) -> None:
    before = store().count(Question())
    told(rule)
    assert not Alert.objects.filter(rule="looked").exists()
    assert not Hit.objects.exists()
    assert not Stretch.objects.exists()
    assert store().count(Question()) == before


def test_it_asks_of_a_time(rule: Path) -> None:
    assert told_as_json(rule, "--since", "2026-03-03")["hits"] == 1
    assert told_as_json(rule, "--until", "2026-03-03")["hits"] == 2
    with pytest.raises(CommandError, match="no events"):
        told(rule, "--since", "2026-03-04")


def test_a_rule_without_hits_is_said_to_have_none(rule: Path) -> None:
    rule.write_text(yaml.safe_dump({**LOOK, "detection": {"a": ["never"], "condition": "a"}}))
    assert "no hits: looked" in told(rule)


def test_a_bad_rule_ends_it_with_the_reason(rule: Path) -> None:
    rule.write_text("title: half")
    with pytest.raises(CommandError, match=r"looked\.yml: .*log source"):
        told(rule)
    with pytest.raises(CommandError, match="no file or folder"):
        told(rule.with_name("nowhere.yml"))
    with pytest.raises(CommandError, match="no rules"):
        told(_folder(rule.parent / "empty"))


def test_a_folder_with_a_bad_rule_tells_of_it_and_goes_on(rule: Path) -> None:
    rule.with_name("half.yml").write_text("title: half")
    assert "refused: " in told(rule.parent)
    found = told_as_json(rule.parent)
    assert [one["id"] for one in found["rules"]] == ["looked"]
    assert [Path(one["path"]).name for one in found["refused"]] == ["half.yml"]


def test_a_filter_that_is_mounted_narrows_a_draft(rule: Path, settings: Settings) -> None:
    narrowing = {
        "title": "Not at home",
        "logsource": LOOK["logsource"],
        "filter": {
            "rules": "any",
            "selection": {"CommandLine|contains": "/home"},
            "condition": "not selection",
        },
    }
    mounted = _folder(rule.parents[1] / "mounted")
    (mounted / "home.yml").write_text(yaml.safe_dump(narrowing))
    settings.RULE_FOLDERS = [mounted]
    assert told_as_json(rule)["hits"] == 2


def test_who_may_not_read_activity_may_not_ask(rule: Path) -> None:
    User.objects.create_user("root", role=Role.ADMINISTRATOR)
    with pytest.raises(CommandError, match="may not read activity"):
        told(rule, "--as", "root")


def _folder(path: Path) -> Path:
    path.mkdir()
    return path
