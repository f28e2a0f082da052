"""The database has no room left."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from auditapp.ingest.models import Batch
from tests.auditapp.ingest.installation import history

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/api/v1/ingest/bash_history?user=asilva&whole=true"


@contextmanager
def full() -> Iterator[None]:
    """No page can be added, and those there are have no room for a long value."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        try:
            yield
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")


def test_a_body_is_refused_and_leaves_nothing_in_the_spool(
    client: Client, token: str, own_spool: Path
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite can be told how large it may grow")

    def send() -> int:
        sent = client.generic(
            "POST",
            f"{ADDRESS}&path={'x' * 900}",
            history(100),
            content_type="text/plain",
            headers={"Authorization": f"Bearer {token}"},
        )
        assert (sent.status_code == 202) == ("Retry-After" not in sent.headers)
        return sent.status_code

    with full():
        while send() == 202:  # until the last pages are used up
            pass
        assert send() == 503
    assert len([path for path in own_spool.glob("*/*") if path.is_file()]) == Batch.objects.count()
    assert send() == 202
