"""Several people change one case at the same moment, on either database."""

from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest

from tests.auditapp.ingest.conftest import blank
from tests.auditapp.ingest.installation import Installation

__all__ = ["blank"]
pytestmark = pytest.mark.processes
AT_ONCE = """
import threading
from django.db import connection
from auditapp.accounts.models import User
from auditapp.cases.investigation import changing
from auditapp.cases.investigation.changing import Matter, Overtaken
from auditapp.cases.models import Case

by = User.objects.create_user("ines")
case = changing.open_case({"title": "t", "severity": "high"}, Matter(), by)
together, won, lost = threading.Barrier(4), [], []

def work(name):
    together.wait()
    for number in range(10):
        changing.write(case.pk, f"{name} {number}", by)
        try:
            changing.edit(case.pk, number + 1, {"title": f"{name} {number}"}, by)
            won.append(number)
        except Overtaken:
            lost.append(number)
        together.wait()
    connection.close()

people = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
for one in people:
    one.start()
for one in people:
    one.join()
changes = list(case.changes.filter(what="title").values_list("before", "after"))
unbroken = [before for before, _ in changes] == ["t", *(after for _, after in changes)][:-1]
version = Case.objects.get().version
print(len(won), len(set(won)), len(lost), case.notes.count(), len(changes), version, unbroken)
"""


@pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def test_of_those_who_edit_at_once_one_wins_and_all_notes_are_kept(
    blank: Installation, database: str, request: pytest.FixtureRequest
) -> None:
    made = blank
    if database == "postgres":
        url, name = request.getfixturevalue("postgres_url"), f"cases_{uuid4().hex[:8]}"
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}")
        address = f"{url.rsplit('/', 1)[0]}/{name}"
        made = replace(blank, environment={**blank.environment, "DATABASE_URL": address})
        made.home.mkdir()
    migrated = made.run("migrate", "--verbosity", "0")
    assert migrated.returncode == 0, migrated.stderr.decode()
    output, errors = made.python(AT_ONCE).communicate(timeout=120)
    assert output.split() == [*(b"10", b"10", b"30", b"40", b"10", b"11"), b"True"], errors.decode()
