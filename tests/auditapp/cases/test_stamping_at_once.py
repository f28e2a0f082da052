"""Several writers at once, on a database that lets them: who follows the stamps misses nothing."""

from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest

from tests.auditapp.ingest.conftest import blank
from tests.auditapp.ingest.installation import Installation

__all__ = ["blank"]
pytestmark = [pytest.mark.postgres, pytest.mark.processes]
FOLLOWED = """
import random, threading, time
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from auditapp.cases.models import Alert
from auditapp.cases.stamping import FIRST

def write(writer):
    for number in range(25):
        with transaction.atomic():
            Alert(rule="r", rule_version="1", title="t", severity="high", confidence=1,
                  time=timezone.now(), event=f"{writer}-{number}").save()
            time.sleep(random.random() / 50)  # others stamp and commit meanwhile
    connection.close()

writers = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
for one in writers:
    one.start()
seen, stamp, last, over = [], FIRST, 0, False
while not over:
    over = not any(one.is_alive() for one in writers)
    while page := list(Alert.objects.filter(
        Q(updated__gt=stamp) | Q(updated=stamp, pk__gt=last)).order_by("updated", "pk")[:7]):
        seen += [row.event for row in page]
        stamp, last = page[-1].updated, page[-1].pk
print(len(seen), len(set(seen)), Alert.objects.count())
"""


def test_who_follows_the_stamps_sees_each_row_once(blank: Installation, postgres_url: str) -> None:
    name = f"stamps_{uuid4().hex[:8]}"
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    url = f"{postgres_url.rsplit('/', 1)[0]}/{name}"
    made = replace(blank, environment={**blank.environment, "DATABASE_URL": url})
    made.home.mkdir()
    migrated = made.run("migrate", "--verbosity", "0")
    assert migrated.returncode == 0, migrated.stderr.decode()
    output, errors = made.python(FOLLOWED).communicate(timeout=120)
    assert output.split() == [b"100", b"100", b"100"], errors.decode()
