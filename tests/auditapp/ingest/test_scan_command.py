"""manage.py scan."""

import json
from pathlib import Path

import pytest

from tests.analytics.artifacts.building import canary_pickle, safetensors
from tests.auditapp.ingest.installation import Installation


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one bad file and one good."""
    found = tmp_path / "checkpoints"
    found.mkdir()
    (found / "last.ckpt").write_bytes(canary_pickle(tmp_path / "canary"))
    (found / "model.safetensors").write_bytes(safetensors())
    return found


def test_verdicts_become_events_and_alerts_once(
    installation: Installation, folder: Path, tmp_path: Path
) -> None:
    options = ("--host", "gpu03", "--realm", "north", "--feed", "nightly-scan", "--json")
    done = installation.run("scan", str(folder), *options)
    assert done.returncode == 0, done.stderr.decode()
    first = json.loads(done.stdout)
    assert first.pop("seconds") > 0
    assert first == {
        **{"files": 2, "read": 2, "known": 0, "clean": 1, "unreadable": 0, "suspicious": 0},
        **{"malicious": 1, "stored": 2, "duplicates": 0, "rejected": 0},
    }
    again = json.loads(installation.run("scan", str(folder), *options).stdout)
    assert (again["read"], again["known"], again["stored"], again["duplicates"]) == (0, 2, 0, 2)
    alerts = json.loads(installation.run("alerts", "--json").stdout)
    assert [alert["rule"] for alert in alerts] == ["malicious_pickle"]
    found = installation.run("events", "hf.verdict:malicious", "--json").stdout
    assert b"uid:north/" in found
    assert not (tmp_path / "canary").exists()


def test_verdicts_written_to_a_file_can_be_taken_in_elsewhere(
    installation: Installation, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "verdicts.ndjson"
    done = installation.run("scan", str(folder), "--host", "gpu03", "--out", str(out))
    assert b"2 files, 2 read: 1 malicious" in done.stdout
    assert installation.rows("SELECT count(*) FROM ingest_batch") == [(0,)]
    taken = json.loads(installation.run("ingest", str(out), "--json").stdout)
    assert (taken["stored"], taken["unrecognised"]) == (2, 0)
    assert installation.rows("SELECT source FROM ingest_batch") == [("artifact_scan",)]
    piped = installation.run("scan", str(folder), "--host", "gpu03", "--out", "-")
    assert piped.stdout == out.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("/no/such/place",), b"there is no /no/such/place"),
        ((".", "--host", "a\nb"), b"--host is no name"),
        ((".", "--out", "/no/such/file"), b"/no/such/file: no such file or directory"),
        ((), b"the following arguments are required: PATH"),
    ],
)
def test_a_wrong_option_is_one_clear_line(
    blank: Installation, arguments: tuple[str, ...], line: bytes
) -> None:
    done = blank.run("scan", *arguments)
    assert done.returncode != 0
    assert line in done.stderr.splitlines()[-1]
    assert b"Traceback" not in done.stderr
