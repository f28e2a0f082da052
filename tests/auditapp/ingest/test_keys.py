"""A key makes a request that is repeated one batch, and never another body's."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from auditapp.accounts.models import ApiToken
from auditapp.ingest import spool
from auditapp.ingest.models import Batch
from tests.auditapp.ingest.installation import history
from tests.auditapp.ingest.test_api import HISTORY, left, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_spool")]


def test_a_key_gives_the_same_batch_again(token: str, own_spool: Path) -> None:
    first = send(token, **{"Idempotency-Key": "one"})
    again = send(token, **{"Idempotency-Key": "one"})
    other = send(token, **{"Idempotency-Key": "two"})
    assert [first.status_code, again.status_code, other.status_code] == [202, 200, 202]
    assert first.json()["batch"] == again.json()["batch"] != other.json()["batch"]
    assert len(left(own_spool)) == 2
    stranger = ApiToken.issue(name="stranger", feed="lab")[1]
    assert send(stranger, **{"Idempotency-Key": "one"}).status_code == 202


def test_a_key_is_known_again_by_its_body_however_that_is_packed(token: str) -> None:
    key = {"Idempotency-Key": "one"}
    first = send(token, **key)
    packed = send(token, gzip.compress(HISTORY), **key, **{"Content-Encoding": "gzip"})
    assert (packed.status_code, packed.json()["batch"]) == (200, first.json()["batch"])


def test_a_key_cannot_be_used_for_another_body(token: str, own_spool: Path) -> None:
    first = send(token, **{"Idempotency-Key": "one"})
    other = send(token, history(4), **{"Idempotency-Key": "one"})
    assert (first.status_code, other.status_code) == (202, 422)
    assert "another body" in other.json()["detail"]
    assert Batch.objects.count() == len(left(own_spool)) == 1


def test_a_repeated_key_is_answered_also_where_no_more_is_taken(
    token: str, settings: Settings
) -> None:
    first = send(token, **{"Idempotency-Key": "one"})
    settings.SPOOL_LIMIT_BYTES = 1
    assert send(token).status_code == 429
    again = send(token, **{"Idempotency-Key": "one"})
    assert (again.status_code, again.json()["batch"]) == (200, first.json()["batch"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("body", "status"), [(HISTORY, 200), (history(4), 422)])
def test_a_key_that_loses_a_race_gives_the_winners_batch(
    token: str, own_spool: Path, monkeypatch: pytest.MonkeyPatch, body: bytes, status: int
) -> None:
    """The winner comes in after the loser looked for the key and before it saves its row."""
    write, winner = spool.write, []

    def overtaken(*arguments: Any, **options: Any) -> spool.Spooled:
        monkeypatch.setattr(spool, "write", write)
        winner.append(send(token, **{"Idempotency-Key": "one"}))
        return write(*arguments, **options)

    monkeypatch.setattr(spool, "write", overtaken)
    loser = send(token, body, **{"Idempotency-Key": "one"})
    assert (winner[0].status_code, loser.status_code) == (202, status)
    assert loser.json().get("batch") == (winner[0].json()["batch"] if status == 200 else None)
    assert Batch.objects.count() == len(left(own_spool)) == 1
