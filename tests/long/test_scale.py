"""A million events through the command line, in bounded memory."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.auditapp.ingest.installation import ROOT, Installation
from tests.long.logs import DAYS, write_auditd, write_json_lines

pytestmark = pytest.mark.alone
EACH = 500_000
MOST_KIB = 1 << 20
ASK = """
import json
from time import monotonic
from analytics.store.base import Question
from analytics.store.query import parse
from auditapp.eventstore import store

seconds = {}
def timed(name, ask):
    began = monotonic()
    answer = ask()
    seconds[name] = round(monotonic() - began, 2)
    return answer

everything = Question()
one = Question(query=parse('user.name:user7 process.executable:"/usr/bin/ls"'))
page = timed("page", lambda: store().search(one, limit=100))
older = timed("next page", lambda: store().search(one, limit=100, after=page.after))
days = timed("histogram", lambda: store().histogram(everything, interval="day"))
facets = timed("facets", lambda: store().facets(everything, ["event.dataset"]))
print(json.dumps({
    "count": timed("count", lambda: store().count(everything)),
    "pages": [part.events["event.id"].to_pylist() for part in (page, older)],
    "days": days["count"].to_pylist(),
    "facets": facets["event.dataset"],
    "seconds": seconds,
}))
"""


def ingest(installation: Installation, folder: Path) -> tuple[dict[str, Any], int]:
    """What `ingest --json` said, and the peak of its resident memory in KiB."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "ingest", str(folder), "--json"],
        cwd=ROOT,
        env=installation.environment,
        stdout=subprocess.PIPE,
    )
    assert process.stdout
    with process.stdout as said:
        output = said.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return json.loads(output), usage.ru_maxrss


def test_a_million_events_are_taken_in_once_in_bounded_memory_and_found(
    installation: Installation, tmp_path: Path
) -> None:
    folder = tmp_path / "logs" / "gpu03"
    folder.mkdir(parents=True)
    write_auditd(folder / "audit.log", EACH)
    write_json_lines(folder / "shipped.ndjson", EACH)

    first, peak = ingest(installation, folder)
    assert (first["stored"], first["duplicates"], first["rejected"]) == (2 * EACH, 0, 0)
    assert (first["received"], first["lines"]) == (2 * EACH, 4 * EACH)
    assert peak < MOST_KIB
    again, peak_again = ingest(installation, folder)
    assert (again["stored"], again["duplicates"]) == (0, 2 * EACH)
    assert peak_again < MOST_KIB

    output, errors = installation.python(ASK).communicate(timeout=240)
    assert output, errors.decode()
    found = json.loads(output)
    assert found["count"] == 2 * EACH
    assert found["days"] == [2 * EACH / DAYS] * DAYS
    assert sorted(found["facets"]) == [["auditd", EACH], ["ecs", EACH]]
    newest, older = found["pages"]
    assert len(newest) == len(older) == 100
    assert not set(newest) & set(older)
    assert max(found["seconds"].values()) < 20
    seconds = {"first": first["seconds"], "again": again["seconds"], **found["seconds"]}
    sys.stdout.write(f"seconds {seconds}, peaks in MiB {peak >> 10} and {peak_again >> 10}\n")
