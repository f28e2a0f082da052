"""Archives are unpacked by their content; damaged ones and bombs are stopped."""

import gzip
import io
import os
import zipfile

import pytest
import zstandard

from analytics.reading import Unreadable, plain


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"line\n" * 3)
    return out.getvalue()


@pytest.mark.parametrize(
    "packed",
    [
        b"line\n" * 3,
        gzip.compress(b"line\n" * 3, mtime=0),
        gzip.compress(b"line\n", mtime=0) + gzip.compress(b"line\n" * 2, mtime=0),
        zstandard.compress(b"line\n" * 3),
        zstandard.compress(b"line\n") + zstandard.compress(b"line\n" * 2),
        zipped("audit.log"),
    ],
    ids=["plain", "gzip", "two gzip members", "zstd", "two zstd frames", "zip"],
)
def test_archives_are_unpacked_by_their_content(packed: bytes) -> None:
    with plain(io.BytesIO(packed)) as unpacked:
        assert unpacked.read() == b"line\n" * 3


@pytest.mark.parametrize(
    ("packed", "reason"),
    [
        (gzip.compress(b"line\n" * 1000, mtime=0)[:40], "damaged"),
        (b"\x1f\x8b\x08\x00garbage-after-the-magic", "damaged"),
        (b"\x28\xb5\x2f\xfdgarbage", "damaged"),
        (zstandard.compress(b"line\n" * 1000)[:-1], "damaged"),
        (b"PK\x03\x04garbage", "damaged"),
        (b"PK\x03\x04" + zipped("a.log")[5:], "damaged"),
        (zipped("a.log", "b.log"), "zip of 2 files"),
    ],
)
def test_a_damaged_archive_is_unreadable_with_a_reason(packed: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason), plain(io.BytesIO(packed)) as unpacked:
        unpacked.read()


def test_an_archive_that_unpacks_out_of_proportion_is_stopped() -> None:
    bomb = io.BytesIO()
    with gzip.GzipFile(fileobj=bomb, mode="wb", compresslevel=9) as packer:
        for _ in range(160):
            packer.write(bytes(1 << 20))
    bomb.seek(0)
    read = 0
    with pytest.raises(Unreadable, match="more than 200 times"), plain(bomb) as unpacked:
        while block := unpacked.read(1 << 20):
            read += len(block)
    assert read < 80 << 20


@pytest.mark.parametrize("cut", [1, 3, 100, 200_000])
def test_a_zstd_frame_that_was_cut_off_is_not_taken_for_a_shorter_log(cut: int) -> None:
    packed = zstandard.compress(os.urandom(300_000))
    with pytest.raises(Unreadable, match="damaged"), plain(io.BytesIO(packed[:-cut])) as unpacked:
        unpacked.read()
