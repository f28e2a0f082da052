"""How much a token may send, and what the door says where it is too much."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from auditapp.accounts.models import ApiToken
from auditapp.ingest import limits, work
from auditapp.ingest.models import Batch, Feed
from tests.auditapp.ingest.installation import history

pytestmark = pytest.mark.django_db
LOG = history(3)
NOON = datetime(2026, 3, 2, 12, 0, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_spool(tmp_path: Path, settings: Settings) -> None:
    """A spool that is empty."""
    settings.SPOOL = tmp_path / "spool"


def sent(token: ApiToken | None, when: datetime, size: int = 100, **fields: Any) -> Batch:
    """A batch that came then."""
    feed, _ = Feed.objects.get_or_create(name="lab")
    done = {"state": Batch.State.DONE, **fields}
    return Batch.objects.create(
        token=token, received=when, size=size, feed=feed, source="auditd", sha256="", **done
    )


def refusal(token: ApiToken | None, now: datetime = NOON) -> tuple[str, int]:
    """Why not, and how long to wait."""
    with pytest.raises(limits.OverLimit) as refused:
        limits.check(token, now)
    return str(refused.value), refused.value.wait


def test_requests_are_counted_by_the_minute_and_by_the_token() -> None:
    token, _ = ApiToken.issue(name="shipper", feed="lab", requests_per_minute=2)
    other, _ = ApiToken.issue(name="other", feed="lab", requests_per_minute=2)
    sent(token, NOON)
    sent(token, NOON - timedelta(seconds=21))  # in the minute before
    sent(other, NOON)
    limits.check(token, NOON)
    sent(token, NOON)
    assert refusal(token) == ("this token sent 2 logs in this minute", 40)
    limits.check(other, NOON)
    limits.check(token, NOON + timedelta(seconds=40))


def test_bytes_are_counted_by_the_minute_and_by_the_day() -> None:
    token, _ = ApiToken.issue(name="shipper", feed="lab", bytes_per_minute=500, bytes_per_day=900)
    sent(token, NOON - timedelta(days=1), 10_000)
    sent(token, NOON, 500)
    assert refusal(token) == ("this token sent 500 bytes in this minute", 40)
    limits.check(token, NOON + timedelta(minutes=1))
    sent(token, NOON + timedelta(minutes=1), 400)
    why, wait = refusal(token, NOON + timedelta(hours=1))
    assert (why, wait) == ("this token sent 900 bytes today", 11 * 3600 - 20)
    limits.check(token, NOON + timedelta(days=1))


def test_a_tokens_own_limit_goes_before_the_sites(settings: Settings) -> None:
    settings.TOKEN_REQUESTS_PER_MINUTE = 1
    usual, _ = ApiToken.issue(name="usual", feed="lab")
    more, _ = ApiToken.issue(name="more", feed="lab", requests_per_minute=5)
    free, _ = ApiToken.issue(name="free", feed="lab", requests_per_minute=0)
    for token in (usual, more, free):
        sent(token, NOON)
    assert refusal(usual)[1] == 40
    limits.check(more, NOON)
    limits.check(free, NOON)


def test_a_successor_has_the_limits_of_the_token_it_replaces() -> None:
    token, _ = ApiToken.issue(name="shipper", feed="lab", bytes_per_day=900)
    successor, _ = token.rotated(timezone.now(), timedelta(hours=1))
    assert limits.of(successor) == limits.of(token)


def test_where_nobody_works_on_what_came_no_more_is_taken(settings: Settings) -> None:
    settings.LAG_SECONDS = 3600
    waiting = sent(None, NOON - timedelta(minutes=59), state=Batch.State.WAITING)
    limits.check(None, NOON)
    assert refusal(None, NOON + timedelta(minutes=2))[0].startswith("what came 61 minutes ago")
    Batch.objects.filter(id=waiting.id).update(state=Batch.State.WORKING)
    limits.check(None, NOON + timedelta(minutes=2))


def test_old_logs_and_replayed_ones_hold_nobody_up(settings: Settings) -> None:
    settings.LAG_SECONDS = 60
    long_ago = NOON - timedelta(days=3)
    sent(None, long_ago, state=Batch.State.WAITING, backfill=True)
    sent(None, long_ago, state=Batch.State.WAITING, started=long_ago)
    limits.check(None, NOON)


def test_the_door_says_when_to_come_back_and_keeps_what_it_took() -> None:
    issued, text = ApiToken.issue(name="shipper", feed="lab", requests_per_minute=1)

    def send() -> Any:
        return Client().post(
            "/api/v1/ingest/bash_history?host=gpu03&user=asilva",
            LOG,
            content_type="text/plain",
            headers={"Authorization": f"Bearer {text}"},
        )

    sent(issued, timezone.now())
    sent(issued, timezone.now() + timedelta(minutes=1))  # also where the minute ends meanwhile
    refused = send()
    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert "this token sent" in refused.json()["detail"]
    ApiToken.objects.update(requests_per_minute=None)
    accepted = send()
    assert accepted.status_code == 202
    ApiToken.objects.update(requests_per_minute=1)
    assert send().status_code == 429
    assert work.process(accepted.json()["batch"])


def test_limits_are_given_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--requests-per-minute", "60", "--bytes-per-day", "5000000")
    call_command("tokens", "issue", "shipper", "--feed", "lab", *arguments)
    token = ApiToken.objects.get()
    assert limits.of(token) == limits.Limits(
        requests_per_minute=60, bytes_per_minute=0, bytes_per_day=5_000_000
    )
