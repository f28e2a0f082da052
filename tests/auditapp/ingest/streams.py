"""Bodies of a stream that are sent one after another, and what became of them."""

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from analytics.store.base import Question
from analytics.store.query import OneOf
from auditapp.accounts.models import ApiToken
from auditapp.eventstore import store
from auditapp.ingest import tails, work
from auditapp.ingest.models import Tail


def send(token: str, body: bytes, source: str = "bash_history", **said: str) -> str:
    """The batch of a body."""
    query = "&".join(f"{name}={value}" for name, value in {"user": "asilva", **said}.items())
    answer = Client().post(
        f"/api/v1/ingest/{source}?{query}",
        body,
        content_type="application/octet-stream",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 202, answer.content
    return str(answer.json()["batch"])


def stream(token: str, *bodies: bytes, **said: str) -> list[str]:
    """The batches of bodies, each taken in before the next is sent."""
    batches = []
    for body in bodies:
        batches.append(send(token, body, **said))
        assert work.process(batches[-1])
    return batches


def originals(token: str, *names: str) -> list[Any]:
    """Texts of all events that the token's feed brought, and other columns of them."""
    feed = ApiToken.objects.get().feed
    columns = ["@timestamp", "event.original", *names]
    tables = store().scan(Question(query=OneOf("feed.id", (feed,))), columns)
    rows = [row for table in tables for row in table.to_pylist()]
    rows.sort(key=lambda row: (row["@timestamp"], row["event.original"]))
    told = [[row[name] for name in columns[1:]] for row in rows]
    return told if names else [row[0] for row in told]


def wait_a_minute() -> list[str]:
    """Batches that the sweeper makes of tails once a minute went by."""
    Tail.objects.update(left=timezone.now() - timedelta(seconds=61))
    return [str(batch) for batch in tails.flush()]
