"""manage.py exceptions"""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from auditapp.accounts.models import Role, User
from auditapp.cases.models import AlertException
from tests.auditapp.cases.excepting.site import send, shown

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> Any:
    out = io.StringIO()
    call_command("exceptions", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_exceptions_are_made_listed_and_revoked() -> None:
    send(0, 1)
    where = ("--where", "process.command_line~=look * 1", "--host", "gpu03", "--since", "3d")
    (made,) = run("--add", "--rule", "looks0", *where, "--days", "2", "--reason", "planned")
    assert (made["standing"], made["hides"]) == ("active", 1)
    assert [each["how"] for each in made["conditions"]] == ["equals", "like"]
    assert shown() == [("unix:ana", 0)]
    assert run() == [made]
    (ended,) = run("--revoke", str(made["id"]), "--reason", "done")
    assert ended["standing"] == "revoked"
    assert len(shown()) == 2


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--add",), "everything would be hidden"),
        (("--add", "--rule", "looks0"), "needs a reason"),
        (("--add", "--rule", "looks0", "--where", "host.name"), "names no value"),
        (("--add", "--rule", "looks0", "--person", "x"), "nobody is known as x"),
        (("--add", "--rule", "looks0", "--days", "900"), "180 days"),
        (("--revoke", "77", "--reason", "x"), "there is no exception 77"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(arguments: tuple[str, ...], why: str) -> None:
    with pytest.raises(CommandError, match=why):
        run(*arguments)
    assert not AlertException.objects.exists()


def test_only_who_may_on_the_page_may_here() -> None:
    User.objects.create_user("udo", role=Role.AUDITOR)
    assert run("--as", "udo") == []
    with pytest.raises(CommandError, match="may not do that"):
        run("--add", "--rule", "looks0", "--reason", "x", "--as", "udo")
