"""The database has no room left."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.test import Client

from auditapp.ingest.models import Batch
from tests.auditapp.ingest.installation import history

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/api/v1/ingest/bash_history?user=asilva&whole=true"


@contextmanager
def full() -> Iterator[None]:
    """No page can be added, and what was free in those there are is taken, but for some rows."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE ballast (bytes BLOB)")
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        try:
            for size in (1 << 20, 1 << 14, 1 << 10):
                with suppress(OperationalError):
                    while True:
                        cursor.execute("INSERT INTO ballast VALUES (zeroblob(%s))", [size])
            yield
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
            cursor.execute("DROP TABLE ballast")


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
        refused = next((status for status in (send() for _ in range(200)) if status != 202), 0)
        assert refused == 503
    assert len([path for path in own_spool.glob("*/*") if path.is_file()]) == Batch.objects.count()
    assert send() == 202
