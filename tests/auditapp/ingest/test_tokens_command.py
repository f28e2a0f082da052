from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from auditapp.accounts.models import ApiToken, Role, User

pytestmark = pytest.mark.django_db


def said(*arguments: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("tokens", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def first() -> str:
    """The number of the oldest token."""
    return str(ApiToken.objects.order_by("id")[0].id)


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
        ("issue", "siem", "--scope", "read:alerts", "--feed", "lab"),
        ("issue", "siem", "--scope", "read:alerts", "--source", "auditd"),
        ("issue", "shipper"),
        ("issue", "a\nb", "--feed", "lab"),
        ("rotate", "99"),
        ("revoke", "99"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        said(*arguments)
    assert not ApiToken.objects.exists()


def test_a_token_may_send_to_several_feeds_and_to_no_other() -> None:
    said("issue", "shipper", "--feed", "lab", "--feed", "mail", "--source", "auditd")
    token = ApiToken.objects.get()
    assert token.all_feeds == ("lab", "mail")
    assert token.may_send("auditd")
    assert token.may_send("auditd", "mail")
    assert not token.may_send("auditd", "other")
    assert not token.may_send("bash_history", "mail")


def test_a_token_that_reads_sends_nothing() -> None:
    said("issue", "siem", "--scope", "read:alerts", "--scope", "read:risk")
    token = ApiToken.objects.get()
    assert token.holds("read:alerts")
    assert not token.holds("ingest")
    assert not token.may_send("auditd")
    assert not token.may_send("auditd", "lab")


def test_who_may_not_read_activity_issues_no_token_that_does() -> None:
    User.objects.create_user("root", role=Role.ADMINISTRATOR)
    with pytest.raises(CommandError, match="may not read activity"):
        said("issue", "siem", "--scope", "read:events", "--as", "root")
    assert said("issue", "prometheus", "--scope", "read:metrics", "--as", "root")


def test_a_rotated_token_and_its_successor_overlap() -> None:
    said("issue", "shipper", "--feed", "lab", "--feed", "mail", "--source", "auditd")
    old = ApiToken.objects.get()
    text = said("rotate", str(old.id), "--hours", "2")
    new = ApiToken.objects.get(digest=ApiToken.hash(text))
    old.refresh_from_db()
    now = timezone.now()
    assert new.rotated_from == old
    assert (new.all_feeds, new.sources, new.scopes) == (old.all_feeds, old.sources, old.scopes)
    assert old.valid(now) and new.valid(now)
    assert not old.valid(now + timedelta(hours=2, seconds=1))
    assert new.valid(now + timedelta(days=400))


def test_a_successor_lasts_as_long_as_the_token_before_it() -> None:
    said("issue", "shipper", "--feed", "lab", "--days", "30")
    new = ApiToken.objects.get(digest=ApiToken.hash(said("rotate", first())))
    assert new.expires
    assert 29 <= (new.expires - timezone.now()).days <= 30


def test_what_is_revoked_cannot_be_rotated() -> None:
    said("issue", "shipper", "--feed", "lab")
    said("revoke", first())
    with pytest.raises(CommandError, match="cannot be rotated"):
        said("rotate", first())


def test_each_act_leaves_a_line_without_the_token(caplog: pytest.LogCaptureFixture) -> None:
    text = said("issue", "shipper", "--feed", "lab")
    said("rotate", first())
    said("revoke", first())
    lines = [record.getMessage() for record in caplog.records]
    assert [line.split("command line ")[1].split(" ")[0] for line in lines] == [
        "issued",
        "rotated",
        "revoked",
    ]
    assert text not in " ".join(lines)
