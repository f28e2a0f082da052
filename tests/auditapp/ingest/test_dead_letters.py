"""What failed too often waits for a decision: on its page and on the command line."""

import io
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from auditapp.accounts.models import Role, User
from auditapp.ingest import deadletters, intake, queue, work
from auditapp.ingest.models import Batch, Feed
from tests.auditapp.ingest.installation import history

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, settings: Settings) -> None:
    settings.SPOOL = tmp_path / "spool"
    settings.EVENT_STORE_URL = (tmp_path / "lake").as_uri()


@pytest.fixture
def dead(settings: Settings) -> Batch:
    """A batch of three commands that failed: its source was gone for a while."""
    label = intake.Label(source="bash_history", host="gpu03", user="asilva")
    batch = intake.accept(io.BytesIO(history(3)), label)
    Batch.objects.filter(id=batch.id).update(source="gone")
    assert work.process(batch.id)
    Batch.objects.filter(id=batch.id).update(source="bash_history")
    batch.refresh_from_db()
    assert batch.state == Batch.State.FAILED
    return batch


def client_of(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.create_user(f"one-{role}", role=role))
    return client


def command(*arguments: str) -> Any:
    """What the command says, read as JSON."""
    out = io.StringIO()
    call_command("dead-letters", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_last_errors_of_a_batch_are_kept_with_their_tries() -> None:
    feed = Feed.objects.create(name="lab")
    batch = Batch.objects.create(feed=feed, source="auditd", origin="", size=1, sha256="")
    for _ in range(queue.MOST_ATTEMPTS):
        lease = queue.claim(batch.id)
        assert lease
        with lease:
            raise ZeroDivisionError(f"try {lease.batch.attempts}")
        Batch.objects.update(lease_until=timezone.now())
    batch.refresh_from_db()
    assert [error["attempt"] for error in batch.errors] == [1, 2, 3, 4, 5]
    assert batch.errors[0]["error"] == "ZeroDivisionError: try 1"
    assert batch.errors[-1]["error"].startswith("gave up after 5 attempts")


def test_a_replayed_dead_letter_is_taken_in_and_keeps_what_went_wrong(dead: Batch) -> None:
    assert [one["batch"] for one in command()] == [str(dead.id)]
    assert command("--replay", str(dead.id)) == {"replayed": 1}
    assert command() == []
    assert work.process(dead.id)
    dead.refresh_from_db()
    assert (dead.state, dead.stored, dead.error) == (Batch.State.DONE, 3, "")
    assert dead.errors[0]["error"] == "there is no source gone"


def test_all_dead_letters_can_be_replayed_at_once(dead: Batch) -> None:
    assert command("--all") == {"replayed": 1}
    assert command("--all") == {"replayed": 0}
    assert queue.waiting(10) == [dead.id]


def test_a_dead_letter_is_discarded_with_a_reason_and_can_be_replayed_after_all(
    dead: Batch,
) -> None:
    with pytest.raises(CommandError, match="--reason"):
        command("--discard", str(dead.id))
    assert command("--discard", str(dead.id), "--reason", "a test\x00 log") == {"discarded": 1}
    dead.refresh_from_db()
    assert (dead.state, dead.discarded_reason) == (Batch.State.DISCARDED, "a test\\x00 log")
    assert command() == []
    assert queue.claim(dead.id) is None
    assert deadletters.replay(dead.id, None)
    dead.refresh_from_db()
    assert (dead.state, dead.discarded_reason) == (Batch.State.WAITING, "")


def test_only_dead_letters_are_replayed_or_discarded(dead: Batch) -> None:
    deadletters.replay(dead.id, None)
    for batch in (dead.id, uuid.uuid4()):
        with pytest.raises(CommandError, match="there is no dead letter"):
            command("--replay", str(batch))
        with pytest.raises(CommandError, match="there is no dead letter"):
            command("--discard", str(batch), "--reason", "none")


def test_the_command_line_asks_who_decides(dead: Batch) -> None:
    User.objects.create_user("ana", role=Role.ANALYST)
    olga = User.objects.create_user("olga", role=Role.ADMINISTRATOR)
    for named in ("ana", "nobody"):
        with pytest.raises(CommandError, match=named):
            command("--discard", str(dead.id), "--reason", "no", "--as", named)
    command("--discard", str(dead.id), "--reason", "seen", "--as", "olga")
    dead.refresh_from_db()
    assert dead.discarded_by == olga


def test_the_page_says_what_is_wrong_and_takes_decisions(dead: Batch) -> None:
    client = client_of(Role.ADMINISTRATOR)
    assert f'href="{reverse("dead-letters")}"' in client.get(reverse("feeds")).content.decode()
    page = client.get(reverse("dead-letters")).content.decode()
    assert "there is no source gone" in page
    assert "1 batch," in page
    assert f"Discard batch {dead.id}" in page
    answer = client.post(reverse("dead-letter-replay"), {"batch": str(dead.id)}, follow=True)
    assert "1 batch waits again" in answer.content.decode()
    assert queue.waiting(10) == [dead.id]


def test_on_the_page_discarding_needs_a_reason_and_names_who_did_it(dead: Batch) -> None:
    client = client_of(Role.INVESTIGATOR)
    discard = reverse("dead-letter-discard")
    for wrong in ({"batch": str(dead.id)}, {"batch": "x", "reason": "why"}):
        assert client.post(discard, wrong).status_code == 400
    client.post(discard, {"batch": str(dead.id), "reason": "<b>known</b> to be empty"})
    page = client.get(reverse("dead-letters")).content.decode()
    assert "No dead letters." in page
    assert "&lt;b&gt;known&lt;/b&gt; to be empty" in page
    assert f"one-{Role.INVESTIGATOR}" in page
    said = client.post(discard, {"batch": str(dead.id), "reason": "again"}, follow=True)
    assert "no dead letter any more" in said.content.decode()


def test_an_analyst_sees_dead_letters_and_decides_nothing(dead: Batch) -> None:
    client = client_of(Role.ANALYST)
    page = client.get(reverse("dead-letters")).content.decode()
    assert "there is no source gone" in page
    assert '<form method="post" action="/feeds' not in page
    assert client.post(reverse("dead-letter-replay"), {"batch": "all"}).status_code == 403
