"""Files about people that are uploaded: shown for what they would change, then taken over."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from auditapp.accounts.models import Role, User
from auditapp.people.models import IdentityChange, ImportDraft, Person
from tests.auditapp.dashboard.organisation import Site


def uploaded(client: Client, text: bytes, name: str = "people.csv", **more: str) -> str:
    """The page that an upload leads to."""
    file = SimpleUploadedFile(name, text)
    answer = client.post(reverse("identity-import"), {"file": file, **more}, follow=True)
    return answer.content.decode()


def test_a_file_is_shown_for_what_it_would_change_then_taken_over(
    keeper: Client, site: Site
) -> None:
    text = b"person,name,accounts\np001,Ana Silva,unix:ana;github:anas\np9,New,unix:new\n"
    page = uploaded(keeper, text)
    assert "+ github:anas" in page
    assert not Person.objects.filter(id="p9").exists()
    draft = ImportDraft.objects.get()
    address = reverse("identity-draft", args=[draft.pk])
    done = keeper.post(address, follow=True).content.decode()
    assert "people.csv: 1 new, 1 changed, 0 unchanged." in done
    assert Person.objects.filter(id="p9").exists()
    assert not ImportDraft.objects.exists()
    assert IdentityChange.objects.get().author == "irma"


def test_wrong_lines_are_told_and_the_file_cannot_be_taken_over(keeper: Client, site: Site) -> None:
    page = uploaded(keeper, b"person,accounts\np8,unix:a\np9,nocolon\np7,also\n")
    assert "&#x27;nocolon&#x27; is no account" in page
    assert "Import it" not in page
    address = reverse("identity-draft", args=[ImportDraft.objects.get().pk])
    keeper.post(address)
    assert not Person.objects.filter(id="p8").exists()
    keeper.post(address, {"discard": "1"})
    assert not ImportDraft.objects.exists()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"a,b\n", "its header is that of no file"),
        (b"\xff\xfe", "the file is not UTF-8"),
        (b"person,accounts\np\x00,\n", "line 2: a value holds a NUL"),
        (b"", "its header is that of no file"),
    ],
)
def test_what_is_no_such_file_is_told(keeper: Client, site: Site, text: bytes, reason: str) -> None:
    assert reason in uploaded(keeper, text)
    assert not ImportDraft.objects.exists()


def test_another_ones_upload_is_not_shown(keeper: Client, site: Site) -> None:
    uploaded(keeper, b"person,accounts\np8,unix:a\n")
    other = Client()
    other.force_login(User.objects.create_user("adm", role=Role.ADMINISTRATOR))
    address = reverse("identity-draft", args=[ImportDraft.objects.get().pk])
    assert other.get(address).status_code == 404
    assert other.post(address).status_code == 404
