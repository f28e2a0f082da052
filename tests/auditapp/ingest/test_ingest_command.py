import json
from pathlib import Path

import pytest

from tests.auditapp.ingest.installation import Installation, history

COUNTS = ["lines", "received", "stored", "duplicates", "rejected", "unrecognised", "batches"]
KEYS = [*COUNTS, "seconds"]


def test_a_site_folder_is_taken_in_once(installation: Installation, tmp_path: Path) -> None:
    home = tmp_path / "site" / "logs" / "gpu03" / "home"
    for number, user in enumerate(("asilva", "mallory")):
        (home / user).mkdir(parents=True)
        (home / user / ".bash_history").write_bytes(history(50, 1_767_225_600 + number))
    (tmp_path / "site" / "people.csv").write_text("person,accounts\n")
    (tmp_path / "site" / "diary.txt").write_text("nothing happened\n")

    first = installation.run("ingest", str(tmp_path / "site"), "--json")
    assert first.returncode == 0, first.stderr.decode()
    result = json.loads(first.stdout)
    assert list(result) == KEYS
    assert {key: result[key] for key in COUNTS} == {
        "lines": 200,
        "received": 100,
        "stored": 100,
        "duplicates": 0,
        "rejected": 0,
        "unrecognised": 2,
        "batches": 2,
    }
    assert b"people.csv: import it with manage.py import" in first.stderr
    assert b"diary.txt: no source recognises it" in first.stderr
    rows = installation.rows("SELECT feed_id, host, user FROM ingest_batch ORDER BY user")
    assert rows == [("bash_history", "gpu03", "asilva"), ("bash_history", "gpu03", "mallory")]

    again = json.loads(installation.run("ingest", str(tmp_path / "site"), "--json").stdout)
    assert (again["stored"], again["duplicates"]) == (0, 100)


def test_a_history_that_grew_adds_only_what_is_new(
    installation: Installation, tmp_path: Path
) -> None:
    log = tmp_path / "history"
    options = ("--source", "bash_history", "--user", "asilva", "--host", "gpu03", "--json")
    log.write_bytes(history(50))
    installation.run("ingest", str(log), *options)
    log.write_bytes(history(60))
    result = json.loads(installation.run("ingest", str(log), *options).stdout)
    assert (result["stored"], result["duplicates"]) == (10, 50)


def test_standard_input_is_a_log_too(installation: Installation) -> None:
    done = installation.run(
        *("ingest", "-", "--source", "bash_history", "--feed", "desk", "--user", "asilva"),
        *("--host", "gpu03", "--timezone", "Europe/Berlin"),
        stdin=history(3),
    )
    assert b"3 stored" in done.stdout
    assert installation.rows("SELECT feed_id, timezone FROM ingest_batch") == [
        ("desk", "Europe/Berlin")
    ]
    assert b"1 files not recognised" in installation.run("ingest", "-").stdout


def test_it_says_why_records_were_rejected(installation: Installation, tmp_path: Path) -> None:
    (tmp_path / "typed").write_bytes(history(3))
    done = installation.run("ingest", str(tmp_path / "typed"), "--source", "bash_history", "--json")
    assert json.loads(done.stdout)["rejected"] == 3
    assert done.stderr.decode().strip() == "rejected: 3 × whose history is this? give --user"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("/no/such/place",), b"there is no /no/such/place"),
        (("a" * 300,), b"aaa: file name too long"),
        ((".", "--source", "carrier_pigeon"), b"there is no source carrier_pigeon; there are"),
        ((".", "--timezone", "Mars/Olympus"), b"no time zone is called 'Mars/Olympus'"),
        ((".", "--host", "a\nb"), b"--host is no name"),
        ((".", "--columns", "User,End"), b"--columns does not name JobID, State for slurm_sacct"),
        ((), b"the following arguments are required: PATH"),
    ],
)
def test_a_wrong_option_is_one_clear_line(
    blank: Installation, arguments: tuple[str, ...], line: bytes
) -> None:
    done = blank.run("ingest", *arguments)
    assert done.returncode != 0
    assert line in done.stderr.splitlines()[-1]
    assert b"Traceback" not in done.stderr


def test_a_log_whose_events_name_no_time_is_stored_once(
    installation: Installation, tmp_path: Path
) -> None:
    payload = {
        "action": "removed_from_repository",
        "team": {"name": "vision", "id": 1},
        "repository": {"full_name": "lab/trainlib", "id": 2},
        "sender": {"login": "anas", "id": 3},
    }
    log = tmp_path / "payload.json"
    log.write_text(json.dumps(payload))
    for stored in (1, 0):
        done = installation.run("ingest", str(log), "--source", "github_webhook", "--json")
        assert json.loads(done.stdout)["stored"] == stored


def test_a_history_without_times_that_grows_stores_only_what_is_new(
    installation: Installation, tmp_path: Path
) -> None:
    log = tmp_path / ".bash_history"
    for text, stored, duplicates in ((b"ls\nid\n", 2, 0), (b"ls\nid\nps\n", 1, 2)):
        log.write_bytes(text)
        done = installation.run("ingest", str(log), "--user", "asilva", "--json")
        told = json.loads(done.stdout)
        assert (told["stored"], told["duplicates"]) == (stored, duplicates)


def test_a_failed_batch_is_replayed(installation: Installation, tmp_path: Path) -> None:
    log = tmp_path / "history"
    log.write_bytes(history(10))
    batch = installation.accept(log)
    spooled = next((installation.home / "spool").glob(f"*/{batch}"))
    hidden = spooled.rename(tmp_path / "hidden")
    code = f"from auditapp.ingest import work\nwork.process({batch!r})"
    installation.python(code).communicate(timeout=60)
    hidden.rename(spooled)
    assert b"1 batches wait" in installation.run("replay", "--failed").stdout
    installation.python(code).communicate(timeout=60)
    assert installation.rows("SELECT state, stored FROM ingest_batch") == [("done", 10)]
    unknown = installation.run("replay", "00000000-0000-4000-8000-000000000000")
    assert b"there is no batch" in unknown.stderr
