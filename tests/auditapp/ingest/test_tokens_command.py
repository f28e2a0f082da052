from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from auditapp.accounts.models import ApiToken

pytestmark = pytest.mark.django_db


def said(*arguments: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("tokens", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def test_a_token_is_printed_once_and_only_its_hash_is_kept() -> None:
    text = said("issue", "shipper", "--feed", "lab", "--source", "auditd", "--days", "30")
    token = ApiToken.objects.get()
    assert text.startswith("fe_")
    assert token.digest == ApiToken.hash(text)
    assert token.may_send("auditd")
    assert not token.may_send("bash_history")
    assert token.expires
    assert 29 <= (token.expires - timezone.now()).days <= 30
    assert text not in said("list")


def test_the_list_tells_who_may_send_what() -> None:
    said("issue", "shipper", "--feed", "lab")
    assert "shipper" in said("list")
    assert "all sources\tvalid\tlast used never" in said("list")


def test_a_revoked_token_is_valid_no_longer() -> None:
    said("issue", "shipper", "--feed", "lab")
    token = ApiToken.objects.get()
    said("revoke", str(token.id))
    assert "revoked" in said("list")
    with pytest.raises(CommandError, match="could be revoked"):
        said("revoke", str(token.id))


@pytest.mark.parametrize(
    "arguments",
    [
        ("issue", "shipper", "--feed", "lab", "--source", "carrier_pigeon"),
        ("issue", "shipper", "--feed", "lab", "--days", "0"),
        ("issue", "shipper", "--feed", "x" * 101),
        ("issue", "", "--feed", "lab"),
        ("revoke", "99"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        said(*arguments)
    assert not ApiToken.objects.exists()
