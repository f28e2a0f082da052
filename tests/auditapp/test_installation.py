"""The first command in a new home, whichever it is."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.auditapp.ingest.conftest import blank  # noqa: F401 - a fixture
from tests.auditapp.ingest.installation import Installation, history


def test_the_first_command_in_a_new_home_makes_what_it_needs(
    blank: Installation,  # noqa: F811
    tmp_path: Path,
) -> None:
    (tmp_path / ".bash_history").write_bytes(history(3))
    ingest = ("manage.py", "ingest", str(tmp_path / ".bash_history"), "--user", "ana", "--json")
    commands = [blank.start(*ingest) for _ in range(2)]
    answers = [command.communicate(timeout=120) for command in commands]
    assert [command.returncode for command in commands] == [0, 0], answers
    taken = [json.loads(output) for output, _ in answers]
    assert sum(counts["stored"] for counts in taken) == 3
    assert (blank.home / "secret_key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("variable", "value", "line"),
    [
        ("FOUREYES_DEMO", "perhaps", b"FOUREYES_DEMO is 'perhaps'; say true or false"),
        ("SECRET_KEY_FILE", "/nowhere/key", b"SECRET_KEY_FILE: /nowhere/key: No such file"),
        ("DATABASE_URL", "mysql:///x", b"DATABASE_URL must begin with sqlite:/// or postgresql://"),
        ("DATABASE_URL", "sqlite:////nowhere/x", b"the database does not answer"),
    ],
)
def test_a_setting_that_makes_no_sense_is_one_clear_line(
    blank: Installation,  # noqa: F811
    variable: str,
    value: str,
    line: bytes,
) -> None:
    blank.environment[variable] = value
    done = blank.run("risk", "--json")
    assert done.returncode == 1
    assert line in done.stderr
    assert done.stderr.count(b"\n") == 1
    assert done.stdout == b""


def test_no_web_server_starts_with_a_key_that_everybody_knows(
    blank: Installation,  # noqa: F811
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import auditapp.wsgi"],
        env=blank.environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode
    assert b"SECRET_KEY or SECRET_KEY_FILE is needed" in done.stderr


def test_a_reader_who_has_seen_enough_ends_the_command_quietly(
    blank: Installation,  # noqa: F811
) -> None:
    command = blank.start("manage.py", "describe")
    assert command.stdout
    assert command.stderr
    command.stdout.close()
    with command.stderr:
        assert command.stderr.read() == b""
    assert command.wait(60) == 141
