"""Every version of a rule is kept, and an alert leads to the one that raised it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from auditapp.accounts.models import ApiToken, Role, User
from auditapp.accounts.scopes import Scope
from auditapp.cases.models import Alert, RuleFile, RuleVersion
from auditapp.cases.rules import forget, keep, loaded, rule_set
from auditapp.cases.tasks import keep_rules
from auditapp.ingest import work

pytestmark = pytest.mark.django_db
HOSTILE = '"><script>alert(1)</script>{{ 7 }}'


def look(command: str, **more: object) -> str:
    return yaml.safe_dump(
        {
            "title": f"Looked {HOSTILE}",
            "level": "medium",
            "logsource": {"product": "linux", "category": "process_creation"},
            "detection": {
                "selection": {"CommandLine|startswith": command},
                "condition": "selection",
            },
            **more,
        }
    )


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    settings.SPOOL = tmp_path / "spool"
    settings.EVENT_STORE_URL = (tmp_path / "lake").as_uri()
    settings.RULE_FOLDERS = [tmp_path / "rules"]
    (tmp_path / "rules").mkdir()
    write(tmp_path / "rules", look("ls"))
    yield tmp_path / "rules"
    forget()


def write(folder: Path, text: str | None) -> None:
    """Replaces the rule, or removes it, and lets this process begin anew."""
    path = folder / "looked.yml"
    if text is None:
        path.unlink()
    else:
        path.write_text(text)
    forget()


def version() -> str:
    return next(rule.version for rule in rule_set().rules if rule.id == "looked")


def send(text: str) -> None:
    token = ApiToken.issue(name="t", feed="lab", scopes=[Scope.INGEST])[1]
    answer = Client().post(
        "/api/v1/ingest/bash_history?host=gpu03&user=ana&whole=true",
        text,
        content_type="text/plain",
        headers={"Authorization": f"Bearer {token}"},
    )
    work.process(answer.json()["batch"])


def page(role: Role = Role.ANALYST, **query: str) -> str:
    client = Client()
    client.force_login(User.objects.get_or_create(username=role, defaults={"role": role})[0])
    answer = client.get(reverse("rule", args=["looked"]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_versions_are_written_down_from_when_until_when(folder: Path) -> None:
    first = version()
    keep_rules()
    assert RuleVersion.objects.filter(ended=None).count() == len(
        (*rule_set().rules, *rule_set().correlations)
    )
    write(folder, look("cat"))
    keep_rules()
    old, new = RuleVersion.objects.filter(rule="looked").order_by("first")
    assert (old.version, new.version) == (first, version())
    assert old.ended is not None
    assert new.ended is None
    assert old.text == look("ls")
    write(folder, look("ls"))
    keep_rules()
    again = RuleVersion.objects.get(rule="looked", version=first)
    assert (again.pk, again.first, again.ended) == (old.pk, old.first, None)
    write(folder, None)
    keep_rules()
    assert not RuleVersion.objects.filter(rule="looked", ended=None).exists()


def test_a_version_that_raised_an_alert_is_kept_however_short_a_time_it_was_in_force(
    folder: Path,
) -> None:
    first = version()
    send("#1772452800\nls /home\n")
    write(folder, None)
    keep_rules()
    alert = Alert.objects.get(rule="looked")
    assert alert.rule_version == first
    text = page(version=first)
    assert "not in force" in text
    assert "startswith: ls" in text
    assert "<script>alert(1)" not in text


def test_the_page_says_what_changed_and_how_many_alerts_each_version_raised(folder: Path) -> None:
    first = version()
    send("#1772452800\nls /home\n#1772452801\nls /etc\n")
    keep_rules()
    write(folder, look("cat"))
    keep_rules()
    text = page()
    assert "in force since" in text
    assert '<span class="line-removed"><bdi>-    CommandLine|startswith: ls</bdi></span>' in text
    assert '<span class="line-added"><bdi>+    CommandLine|startswith: cat</bdi></span>' in text
    assert f"version={first}#text" in text
    assert '<td class="number" data-label="Alerts">2</td>' in text
    old = page(version=first)
    assert "to the one in force" in old
    assert "startswith: ls" in old
    assert "startswith: cat" not in old


def test_a_rule_is_shown_before_anybody_wrote_it_down(folder: Path) -> None:
    text = page()
    assert version() in text
    assert "startswith: ls" in text
    assert not RuleVersion.objects.exists(), "to look changes nothing"


def test_a_version_of_before_versions_were_kept_is_said_to_be_missing(folder: Path) -> None:
    assert "was not kept" in page(version="0123456789abcdef")


def test_a_rule_that_never_was_is_not_found(folder: Path) -> None:
    client = Client()
    client.force_login(User.objects.create_user("ines", role=Role.ANALYST))
    assert client.get(reverse("rule", args=["nonsense"])).status_code == 404


def test_who_may_not_read_activity_sees_the_rule_without_alerts(folder: Path) -> None:
    send("#1772452800\nls /home\n")
    assert "unix:ana" in page()
    text = page(Role.ADMINISTRATOR)
    assert "startswith: ls" in text
    assert "unix:ana" not in text
    assert "/alerts/" not in text


def test_an_event_leads_to_the_version_that_fired(folder: Path) -> None:
    first = version()
    send("#1772452800\nls /home\n")
    write(folder, look("cat"))
    client = Client()
    client.force_login(User.objects.create_user("ines", role=Role.ANALYST))
    for address in (
        reverse("event", args=[Alert.objects.get(rule="looked").event]),
        reverse("alerts") + "?state=any&rule=looked",
    ):
        assert f"/detections/looked/?version={first}" in client.get(address).content.decode()


def test_a_file_that_is_bad_when_processes_begin_anew_goes_on_as_it_was(folder: Path) -> None:
    first = version()
    keep()
    write(folder, "title: half")
    assert version() == first
    assert [one.kept for one in rule_set().refused] == [True]
    keep()
    assert RuleFile.objects.get().content == look("ls").encode()
    client = Client()
    client.force_login(User.objects.create_user("ines", role=Role.ANALYST))
    text = client.get(reverse("rules")).content.decode()
    assert "goes on in its place" in text
    write(folder, None)
    keep()
    assert not RuleFile.objects.exists()
    assert not [one for one in rule_set().rules if one.id == "looked"]


def test_a_rule_that_only_matches_for_a_correlation_has_a_page(folder: Path) -> None:
    many = {
        "title": "Looked around",
        "correlation": {
            "type": "event_count",
            "rules": ["looking"],
            "group-by": ["user.name"],
            "timespan": "10m",
            "condition": {"gte": 3},
        },
    }
    write(folder, f"{look('ls', name='looking')}---\n{yaml.safe_dump(many)}")
    assert {"looked", "looked.2"} & {one.id for one in rule_set().detections} == {"looked.2"}
    assert "in force since" in page()
    client = Client()
    client.force_login(User.objects.get(username=Role.ANALYST))
    text = client.get(reverse("rule", args=["looked.2"])).content.decode()
    assert '<a href="/detections/looked/">looked</a>' in text


def test_the_api_gives_versions(folder: Path) -> None:
    keep()
    token = ApiToken.issue(name="siem", scopes=[Scope.RULES])[1]

    def ask(rule: str) -> object:
        headers = {"Authorization": f"Bearer {token}"}
        return Client().get(reverse("api-rule", args=[rule]), headers=headers).json()

    first = version()
    write(folder, None)
    keep()
    found = ask("looked")
    assert isinstance(found, dict)
    assert (found["id"], found["rule"]) == ("looked", None)
    (one,) = found["versions"]
    assert (one["version"], one["text"], one["alerts"]) == (first, look("ls"), 0)
    assert one["ended"]
    assert ask("nonsense") == {"detail": "There is no such rule."}
    assert loaded().rules.rules
