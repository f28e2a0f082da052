"""Compressed logs as the plain ones in them, stopped where they are damaged or mean harm."""

import gzip
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import zstandard

LARGEST_RATIO = 200  # plain bytes for each compressed one; real logs reach 20 to 60
RATIO_FROM = 64 << 20  # plain bytes from which the ratio counts
# What the unpackers raise; ValueError and struct.error where a zip points nowhere.
DAMAGED = (
    *(OSError, EOFError, ValueError, NotImplementedError, struct.error),
    *(zlib.error, lzma.LZMAError, zstandard.ZstdError, zipfile.BadZipFile),
)


class Unreadable(Exception):
    """A file or body that cannot be read as a log; the message says why."""


@contextmanager
def plain(stream: BinaryIO) -> Iterator[BinaryIO]:
    """The stream itself, or what it unpacks to where it is gzip, zstd or a zip of one file.

    Raises Unreadable, also while reading, for a damaged archive or one that unpacks to more
    than 200 times its size.
    """
    magic = stream.read(4)
    stream.seek(0)
    if magic[:2] == b"\x1f\x8b":
        yield io.BufferedReader(_Guarded(gzip.GzipFile(fileobj=stream), stream))
    elif magic == b"\x28\xb5\x2f\xfd":
        reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(
            stream, read_across_frames=True
        )
        yield io.BufferedReader(_Guarded(reader, stream))
    elif magic == b"PK\x03\x04":
        try:
            archive = zipfile.ZipFile(stream)
        except DAMAGED as error:
            raise Unreadable(f"damaged zip: {error}") from error
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) != 1:
            raise Unreadable(f"a zip of {len(members)} files; unpack it and give the folder")
        if members[0].flag_bits & 1:
            raise Unreadable("the zip is encrypted")
        try:
            member = archive.open(members[0])
        except DAMAGED as error:
            raise Unreadable(f"damaged zip: {error}") from error
        yield io.BufferedReader(_Guarded(member, stream))
    else:
        yield stream


class _Guarded(io.RawIOBase):
    """A decompressor's output, stopped where it grows out of proportion."""

    def __init__(self, unpacked: Any, packed: BinaryIO) -> None:
        self._unpacked, self._packed, self._out = unpacked, packed, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data: bytes = self._unpacked.read(len(buffer))
        except DAMAGED as error:
            raise Unreadable(f"damaged archive: {error}") from error
        self._out += len(data)
        if self._out > RATIO_FROM and self._out > LARGEST_RATIO * max(self._packed.tell(), 1):
            raise Unreadable(f"unpacks to more than {LARGEST_RATIO} times its size")
        buffer[: len(data)] = data
        return len(data)
