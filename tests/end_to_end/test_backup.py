"""A copy made while logs come in, as docs/operations/backup.md says, is a whole installation."""

import shutil
import sqlite3
import subprocess
import uuid
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.auditapp.ingest.installation import history
from tests.end_to_end.installation import Installation

pytestmark = pytest.mark.slow


def take_in(site: Installation, folder: Path, *numbers: int) -> tuple[int, int]:
    """Events stored and duplicates, of logs of five commands that are like no others."""
    logs = [folder / f"history-{number}" for number in numbers]
    for log, number in zip(logs, numbers, strict=True):
        log.write_bytes(history(5, 1_770_000_000 + number * 1000))
    counts = site.json("ingest", *map(str, logs), "--host", "gpu03", "--user", "asilva")
    return counts["stored"], counts["duplicates"]


def test_a_copy_of_a_running_embedded_site_is_whole(tmp_path: Path) -> None:
    site = Installation(tmp_path / "home")
    assert take_in(site, tmp_path, 1) == (5, 0)

    copy = tmp_path / "copy"
    shutil.copytree(site.home / "lake", copy / "lake")
    assert take_in(site, tmp_path, 2) == (5, 0)  # between the first step and the second
    with (
        closing(sqlite3.connect(site.home / "foureyes.sqlite3")) as running,
        closing(sqlite3.connect(copy / "foureyes.sqlite3")) as copied,
    ):
        running.backup(copied)
    shutil.copytree(site.home / "spool", copy / "spool")

    restored = Installation(copy)
    with closing(sqlite3.connect(copy / "foureyes.sqlite3")) as rows:
        batches = [uuid.UUID(row[0]) for row in rows.execute("SELECT id FROM ingest_batch")]
    assert len(batches) == 2
    assert all(list((copy / "spool").glob(f"*/{batch}")) for batch in batches)
    assert restored.run("replay", "--since", "2026-01-01").strip() == "2 batches wait"
    assert take_in(restored, tmp_path, 1, 2, 3) == (10, 5)  # the third came after the copy


@pytest.mark.postgres
def test_a_dump_of_postgresql_with_events_and_spool_is_whole(
    tmp_path: Path, postgres_url: str
) -> None:
    names = [f"test_{uuid.uuid4().hex[:12]}" for _ in range(2)]
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for name in names:
            connection.execute(f"CREATE DATABASE {name}".encode())
    old, new = (urlsplit(postgres_url)._replace(path=f"/{name}").geturl() for name in names)
    site = Installation(tmp_path / "home", DATABASE_URL=old)
    site.run("migrate", "--verbosity", "0")
    assert take_in(site, tmp_path, 1) == (5, 0)

    copy = tmp_path / "copy"
    shutil.copytree(site.home / "lake", copy / "lake")
    dump = tmp_path / "foureyes.dump"
    subprocess.run(["pg_dump", "--format=custom", f"--file={dump}", old], check=True)
    shutil.copytree(site.home / "spool", copy / "spool")

    subprocess.run(["pg_restore", f"--dbname={new}", "--no-owner", str(dump)], check=True)
    restored = Installation(copy, DATABASE_URL=new)
    assert take_in(restored, tmp_path, 1, 2) == (5, 5)
