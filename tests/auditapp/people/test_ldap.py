"""People out of a real OpenLDAP server."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from auditapp.people.models import AccountLink, IdentityChange, Person
from tests.services.openldap import BASE, LIMITED, PASSWORD, PEOPLE, READER, certificate

pytestmark = [pytest.mark.django_db, pytest.mark.processes]


@pytest.fixture
def directory(ldap_url: str, settings: Settings) -> Settings:
    """Settings that lead to the directory, encrypted and with its certificate checked."""
    settings.LDAP_URL = ldap_url
    settings.LDAP_BASE = f"ou=people,{BASE}"
    settings.LDAP_BIND = READER
    settings.LDAP_PASSWORD = PASSWORD
    settings.LDAP_CERTIFICATES = certificate()
    settings.LDAP_REALM = "hpc"
    return settings


def imported(*options: str) -> str:
    """What the command says."""
    out = StringIO()
    call_command("import-ldap", *options, stdout=out)
    return out.getvalue()


def test_everybody_is_read_page_by_page_with_accounts_team_and_manager(
    directory: Settings,
) -> None:
    assert f"{PEOPLE} new, 0 changed, 0 unchanged" in imported()
    seventh = Person.objects.get(id="p0007")
    assert (seventh.name, seventh.team, seventh.role) == ("Person 7", "team0", "researcher")
    assert seventh.manager == "p0001"
    accounts = AccountLink.objects.filter(person="p0007").values_list("account", flat=True)
    assert set(accounts) == {"unix:user7", "uid:hpc/5007", "mail:person.7@lab.example"}
    assert IdentityChange.objects.get().detail.endswith("ldap, 1200 new, 0 changed, 0 unchanged")
    assert f"0 new, 0 changed, {PEOPLE} unchanged" in imported()


def test_who_expired_has_left(directory: Settings) -> None:
    imported()
    link = AccountLink.objects.get(account="unix:user2")
    assert link.until == datetime(2026, 1, 2, tzinfo=UTC)


def test_a_trial_run_says_what_would_be_and_changes_nothing(directory: Settings) -> None:
    said = imported("--dry-run")
    assert "added p0007: + unix:user7; + uid:hpc/5007" in said
    assert "(nothing was changed)" in said
    assert not Person.objects.exists()


def test_filter_and_attributes_are_the_sites(directory: Settings) -> None:
    directory.LDAP_FILTER = "(departmentNumber=team3)"
    directory.LDAP_ATTRIBUTES = ["team=", "role=departmentNumber", "account.slurm=uid", "id=uid"]
    imported()
    assert set(Person.objects.values_list("role", "team")) == {("team3", "")}
    assert AccountLink.objects.filter(account="slurm:user3", person="user3").exists()


@pytest.mark.parametrize(
    ("setting", "value", "reason"),
    [
        ("LDAP_PASSWORD", "wrong", "invalidCredentials"),
        ("LDAP_CERTIFICATES", "", "certificate verify failed|startTLS failed"),
        ("LDAP_URL", "ldap://127.0.0.1:1", "refused|socket"),
        ("LDAP_FILTER", "(((", "filter"),
        ("LDAP_BIND", LIMITED, "not everybody was read: sizeLimitExceeded"),
        ("LDAP_BASE", "", "LDAP_URL and LDAP_BASE are not set"),
        ("LDAP_BASE", "ou=nobody,dc=lab,dc=example", "noSuchObject"),
        ("LDAP_SCHEMA", "novell", "LDAP_SCHEMA is none of posix, ad"),
        ("LDAP_ATTRIBUTES", ["height=cm"], "'height=cm' is not name=attribute"),
        ("LDAP_REALM", "a/b", "is no realm"),
    ],
)
def test_whatever_fails_is_one_clear_line(
    directory: Settings, setting: str, value: object, reason: str
) -> None:
    setattr(directory, setting, value)
    with pytest.raises(CommandError, match=f"(?i){reason}") as refused:
        imported()
    assert "\n" not in str(refused.value)
    assert PASSWORD not in str(refused.value)
    assert not Person.objects.exists()
