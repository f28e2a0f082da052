from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from auditapp.people.models import AccountLink, Person, ResourceRow

pytestmark = pytest.mark.django_db
PEOPLE = (
    "person,name,team,role,manager,start,end,accounts\n"
    "p001,Ana Silva,vision,researcher,p002,2024-01-01,,unix:asilva;uid:1017;github:AnaS\n"
    "p002,Bo Chen,vision,lead,,2023-01-01,2026-06-30,unix:bchen\n"
)
RESOURCES = "kind,pattern,owner,criticality\npath,/shared/ckpt/*,team:vision,high\n"


def imported(*paths: Path) -> str:
    """What the command says."""
    out = StringIO()
    call_command("import", *map(str, paths), stdout=out)
    return out.getvalue()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with people, resources and more."""
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / "resources.csv").write_text(RESOURCES)
    (tmp_path / "oncall.csv").write_text("person,start,end\np001,2026-01-01,2026-01-08\n")
    (tmp_path / "incidents.csv").write_text("id,start,title\nINC-1,2026-01-01,Xid 79\n")
    (tmp_path / "passwd").write_text("root:x:0:0:root:/root:/bin/bash\n")
    (tmp_path / "truth.json").write_text("{}")
    return tmp_path


def test_a_folder_is_imported_people_first(site: Path) -> None:
    said = imported(site)
    assert "people.csv: people, 2 new, 0 changed, 0 unchanged" in said
    assert "resources.csv: resources, 1 new" in said
    assert "oncall.csv: oncall, 1 new" in said
    assert "incidents.csv: incidents, 1 new" in said
    assert "passwd: passwd, 1 new" in said
    assert said.index("people.csv") < said.index("incidents.csv")
    assert "truth" not in said
    accounts = set(AccountLink.objects.values_list("account", "person"))
    assert accounts == {
        ("unix:asilva", "p001"),
        ("uid:site/1017", "p001"),
        ("github:anas", "p001"),
        ("unix:bchen", "p002"),
    }
    link = AccountLink.objects.get(account="unix:bchen")
    assert link.until
    assert link.until.isoformat() == "2026-07-01T00:00:00+00:00"
    assert ResourceRow.objects.get().owner == "team:vision"


def test_importing_again_changes_nothing(site: Path) -> None:
    imported(site)
    said = imported(site)
    assert "0 new, 0 changed, 2 unchanged" in said
    assert (Person.objects.count(), AccountLink.objects.count()) == (2, 4)


def test_a_changed_file_changes_its_people_and_no_others(site: Path) -> None:
    imported(site)
    changed = site / "changed.csv"
    changed.write_text("person,name,accounts\np001,Ana S. Silva,unix:asilva\np003,Cy,unix:cy\n")
    assert "1 new, 1 changed, 0 unchanged" in imported(changed)
    assert Person.objects.get(id="p001").name == "Ana S. Silva"
    assert AccountLink.objects.filter(person="p001").count() == 1
    assert Person.objects.get(id="p002").name == "Bo Chen"


def test_a_resource_gets_a_new_owner(site: Path) -> None:
    imported(site)
    (site / "resources.csv").write_text(RESOURCES.replace("team:vision", "team:infra"))
    assert "0 new, 1 changed" in imported(site / "resources.csv")
    assert ResourceRow.objects.get().owner == "team:infra"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a,b\n1,2\n", "its header is that of no file"),
        ("person,accounts\np001,asilva\n", "line 2: 'asilva' is no account"),
        ("kind,pattern,owner\nplanet,x,y\n", "line 2: kind 'planet'"),
        ("person,accounts\n" + "p" * 101 + ",\n", "longer than the 100 characters"),
        ("person,accounts\np001,unix:" + "a" * 300 + "\n", "longer than the 300 characters"),
        ("", "its header is that of no file"),
    ],
)
def test_a_wrong_file_is_one_clear_line_and_changes_nothing(
    tmp_path: Path, text: str, reason: str
) -> None:
    path = tmp_path / "file.csv"
    path.write_text(text)
    with pytest.raises(CommandError, match=reason):
        imported(path)
    assert not Person.objects.exists()


def test_bytes_that_are_no_text_are_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b"person,accounts\n\xff\xfe")
    with pytest.raises(CommandError, match="not UTF-8"):
        imported(path)
    with pytest.raises(CommandError, match="no such file"):
        imported(tmp_path / "gone.csv")
    with pytest.raises(CommandError, match="file name too long"):
        imported(tmp_path / ("a" * 300))
