"""Real logs, as they come."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.installation import ROOT, Installation


@pytest.fixture
def embedded(tmp_path: Path, tables: Path) -> Installation:
    """An empty installation on the lake."""
    made = Installation(tmp_path / "home")
    made.home.mkdir()
    shutil.copy(tables, made.home)
    return made


@pytest.mark.shared_data
def test_the_folder_of_real_logs_is_taken_in_whole_and_only_once(
    embedded: Installation, real_logs: Path
) -> None:
    first, second = (embedded.json("ingest", str(real_logs)) for _ in range(2))
    files = sum(1 for path in real_logs.rglob("*") if path.is_file())
    assert first["batches"] + first["unrecognised"] == files
    for taken in (first, second):
        assert taken["received"] == taken["stored"] + taken["duplicates"] + taken["rejected"]
    assert first["stored"] > 5000
    assert second["stored"] == 0
    assert second["received"] == first["received"]


@pytest.mark.shared_data
def test_a_scheduler_log_without_header_is_recognised_or_taken_with_columns(
    embedded: Installation, real_logs: Path
) -> None:
    log = real_logs / "slurm" / "phillips.log"
    taken = embedded.json("ingest", str(log))
    assert (taken["received"], taken["rejected"], taken["unrecognised"]) == (4285, 0, 0)


def test_the_history_of_this_repository_is_read(embedded: Installation, tmp_path: Path) -> None:
    log = tmp_path / "foureyes.git-log.txt"
    count = subprocess.run(
        ["git", "rev-list", "--count", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    with log.open("wb") as file:
        subprocess.run(
            ["git", "log", "--numstat", "--pretty=fuller"], cwd=ROOT, stdout=file, check=True
        )
    taken = embedded.json("ingest", str(log))
    assert (taken["stored"], taken["rejected"]) == (int(count.stdout), 0)


def test_a_history_takes_host_and_user_from_its_path(
    embedded: Installation, tmp_path: Path
) -> None:
    home = tmp_path / "logs" / "gpu03" / "home" / "asilva"
    home.mkdir(parents=True)
    (home / ".bash_history").write_text("#1767225600\nscancel 4711\n")
    embedded.run("ingest", str(tmp_path / "logs"))
    line = embedded.run("events", "scancel", "--json")
    assert '"actor.account": "unix:asilva"' in line
    assert '"host.name": "gpu03"' in line
