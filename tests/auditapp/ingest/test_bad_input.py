"""Whatever comes in hurts nothing else, and memory stays bounded."""

import gzip
import json
import os
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.auditapp.ingest.installation import Installation, history

MEGABYTE = 1 << 20


def ingest(installation: Installation, *arguments: str, stdin: bytes = b"") -> dict[str, Any]:
    """What `ingest --json` says last."""
    done = installation.run("ingest", *arguments, "--json", stdin=stdin)
    assert done.returncode == 0, done.stderr.decode()
    result: dict[str, Any] = json.loads(done.stdout)
    assert result["received"] == result["stored"] + result["duplicates"] + result["rejected"]
    return result


def peak(installation: Installation, log: Path) -> int:
    """The most memory that taking a log in needs, in bytes."""
    code = (
        "import resource\nfrom django.core.management import call_command\n"
        f"label = dict(source='bash_history', user='asilva', host='gpu03')\n"
        f"call_command('ingest', {str(log)!r}, **label, json=True)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)\n"
    )
    output, errors = installation.python(code).communicate(timeout=240)
    assert output, errors.decode()
    return int(output.splitlines()[-1])


def test_a_line_of_100_megabytes_is_rejected_in_bounded_memory(
    installation: Installation, tmp_path: Path
) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    small.write_bytes(history(10, 1_767_000_000))
    with large.open("wb") as file:
        file.write(history(5) + b"#1767225600\n")
        for _ in range(100):
            file.write(b"x" * MEGABYTE)
        file.write(b"\n" + history(5, 1_767_300_000))
    usual = peak(installation, small)
    assert peak(installation, large) - usual < 60 * MEGABYTE
    stored, rejected = installation.rows(
        "SELECT stored, rejected FROM ingest_batch WHERE path = ?", str(large)
    )[0]
    assert (stored, rejected) == (10, 2)  # the command and the time above it


def test_a_bomb_is_refused_in_bounded_memory_and_leaves_nothing(
    installation: Installation, tmp_path: Path
) -> None:
    small, bomb = tmp_path / "small", tmp_path / "bomb.gz"
    small.write_bytes(history(10))
    with gzip.open(bomb, "wb", compresslevel=9) as file:
        file.write(history(10))
        for _ in range(1024):
            file.write(bytes(MEGABYTE))
    usual = peak(installation, small)
    assert peak(installation, bomb) - usual < 60 * MEGABYTE
    assert installation.rows("SELECT count(*) FROM ingest_batch") == [(1,)]
    files = [path for path in (installation.home / "spool").rglob("*") if path.is_file()]
    assert len(files) == 1


def test_noise_is_rejected_line_by_line(installation: Installation, tmp_path: Path) -> None:
    noise = tmp_path / "noise"
    noise.write_bytes(random.Random(1).randbytes(3 * MEGABYTE))
    result = ingest(installation, str(noise))
    assert (result["unrecognised"], result["batches"]) == (1, 0)
    forced = ingest(installation, str(noise), "--source", "bash_history")
    assert (forced["stored"], forced["batches"]) == (0, 1)
    assert forced["rejected"] > 0


def test_times_that_cannot_be_and_bytes_that_are_no_text(
    installation: Installation, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"#0\nls\n#4102444800\nls\n#1767225600\ncat \xff\xfe\xed\xa0\x80\n")
    result = ingest(
        installation, str(log), "--source", "bash_history", "--user", "a", "--host", "b"
    )
    assert (result["stored"], result["lines"]) == (3, 6)  # `#0` is no time, but a command
    reasons = installation.rows("SELECT reason FROM ingest_rejectedline WHERE line >= 3")
    assert [reason for (reason,) in reasons] == ["time 2100-01-01T00:00:00+00:00 is in the future"]


def test_damaged_archives_are_told_and_the_rest_is_taken_in(
    installation: Installation, tmp_path: Path
) -> None:
    folder = tmp_path / "logs"  # beside the installation, which is in tmp_path too
    folder.mkdir()
    good = gzip.compress(os.urandom(1000) + history(10_000))
    (folder / "cut.gz").write_bytes(good[:1500])
    (folder / "wrong.zip").write_bytes(b"PK\x03\x04" + bytes(100))
    with zipfile.ZipFile(folder / "two.zip", "w") as archive:
        archive.writestr("one", "x")
        archive.writestr("two", "x")
    with zipfile.ZipFile(folder / "history.zip", "w") as archive:
        archive.writestr(".bash_history", history(10))
    (folder / "empty").touch()
    label = ("--source", "bash_history", "--user", "asilva", "--host", "gpu03")
    done = installation.run("ingest", str(folder), *label, "--json")
    result = json.loads(done.stdout)
    assert (result["stored"], result["unrecognised"]) == (10, 4)
    told = done.stderr.decode()
    for part in ("cut.gz: damaged archive", "wrong.zip: damaged zip", "a zip of 2 files", "empty"):
        assert part in told


@pytest.mark.parametrize("seed", range(3))
def test_random_lines_end_as_events_or_rejections(
    installation: Installation, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    pieces = [
        b"#1767225600",
        b"#",
        b"\n",
        b"\r\n",
        b"\x00",
        b"\xff",
        b"ls -l",
        b"#99999999999999999",
    ]
    log = b"".join(chance.choices(pieces, k=5000))
    result = ingest(installation, "-", "--source", "bash_history", stdin=log)
    assert result["lines"] == log.count(b"\n") + (not log.endswith(b"\n"))
