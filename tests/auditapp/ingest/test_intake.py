import io
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from auditapp.ingest import intake, spool
from auditapp.ingest.intake import Label, NotALog
from auditapp.ingest.models import Batch

pytestmark = pytest.mark.django_db
HISTORY = b"#1767225600\nsqueue\n#1767225660\nscancel 17\n"


@pytest.fixture(autouse=True)
def own_spool(tmp_path: Path, settings: Settings) -> None:
    settings.SPOOL = tmp_path / "spool"


class Dribble(io.RawIOBase):
    """Gives less than it is asked for, as a network does."""

    def __init__(self, log: bytes) -> None:
        self._log = io.BytesIO(log)

    def read(self, size: int = -1) -> bytes:
        return self._log.read(min(size, 70_001))


def accept(log: bytes, **label: object) -> Batch:
    """The batch of a bash history."""
    given = {"source": "bash_history", "path": ".bash_history", **label}
    return intake.accept(io.BytesIO(log), Label(**given))  # type: ignore[arg-type]


def test_an_accepted_log_lies_in_the_spool_and_waits() -> None:
    batch = accept(HISTORY, user="asilva", host="gpu03", timezone="Europe/Berlin")
    batch.refresh_from_db()
    assert spool.path_of(batch.id, batch.received).read_bytes() == HISTORY
    assert (batch.state, batch.size, batch.lines) == (Batch.State.WAITING, len(HISTORY), 4)
    assert (batch.feed_id, batch.host, batch.user) == ("bash_history", "gpu03", "asilva")
    assert batch.timezone == "Europe/Berlin"


def test_a_large_log_that_comes_in_pieces_lies_there_whole() -> None:
    lines = 200_000
    log = b"".join(b"#%d\nsqueue --job %d\n" % (n, n) for n in range(lines // 2))
    label = Label(source="bash_history", user="asilva")
    batch = intake.accept(Dribble(log), label)  # type: ignore[arg-type]
    assert spool.path_of(batch.id, batch.received).read_bytes() == log
    assert (batch.size, batch.lines) == (len(log), lines)


def test_a_file_that_grew_is_the_same_file() -> None:
    before = accept(HISTORY, user="asilva")
    after = accept(HISTORY + b"#1767225720\nls\n", user="asilva")
    assert before.origin == after.origin


def test_histories_that_begin_alike_are_told_apart_by_user_host_or_name() -> None:
    origins = {
        accept(HISTORY, user="asilva", host="gpu03").origin,
        accept(HISTORY, user="mallory", host="gpu03").origin,
        accept(HISTORY, user="asilva", host="gpu04").origin,
        accept(HISTORY, path="User1").origin,
        accept(HISTORY, path="User2").origin,
    }
    assert len(origins) == 5


def test_a_rotated_file_is_the_same_file() -> None:
    names = ("access.log", "access.log.1", "old/access.log.2.gz", "access.log-20260102")
    assert len({accept(HISTORY, path=name).origin for name in names}) == 1


def test_a_request_is_told_apart_by_all_its_bytes() -> None:
    first = accept(HISTORY, request=True)
    second = accept(HISTORY + b"ls\n", request=True)
    assert first.origin == first.sha256 != second.origin
    hosts = [accept(HISTORY, request=True, host=host) for host in ("gpu03", "gpu03", "gpu04")]
    assert hosts[0].origin == hosts[1].origin != hosts[2].origin


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"SQLite format 3\x00" + bytes(100), "an SQLite database"),
        (b"\x7fELF\x00\x01\x02" + bytes(range(256)), "binary"),
        (b"Dear diary,\nnothing happened.\n", "no source recognises it"),
    ],
)
def test_what_is_no_log_is_refused_with_its_reason(log: bytes, reason: str) -> None:
    with pytest.raises(NotALog, match=reason):
        accept(log, source="", path="file")
    assert not Batch.objects.exists()


def test_a_log_is_recognised_by_what_it_holds() -> None:
    assert accept(HISTORY, source="", path=".bash_history").source == "bash_history"


def test_a_hostile_path_is_kept_readable() -> None:
    batch = accept(HISTORY, path="a\x00b\udcff/" + "x" * 2000)
    batch.refresh_from_db()
    assert len(batch.path) <= 1000


def test_no_zone_of_that_name() -> None:
    for name in ("Mars/Olympus", "../../etc/passwd", "", "\x00"):
        with pytest.raises(intake.UnknownZone):
            intake.check_zone(name)
