"""Compressed logs as the plain ones in them, stopped where they are damaged or mean harm."""

import gzip
import io
import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

import zstandard

LARGEST_RATIO = 200  # plain bytes for each compressed one; real logs reach 20 to 60
BLOCK = 1 << 18
RATIO_FROM = 64 << 20  # plain bytes from which the ratio counts
# What the unpackers raise; ValueError and struct.error where a zip points nowhere.
DAMAGED = (
    *(OSError, EOFError, ValueError, NotImplementedError, struct.error),
    *(zlib.error, lzma.LZMAError, zstandard.ZstdError, zipfile.BadZipFile),
)


# Nobody can guess it; and as it repeats, its frame does not hold it as it is.
SEAL = os.urandom(16) * 4
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"  # how they begin


class Unreadable(Exception):
    """A file or body that cannot be read as a log; the message says why."""


def gunzipped(stream: BinaryIO) -> BinaryIO:
    """What a gzip stream unpacks to, guarded as in `plain`; the stream is read once, forwards."""
    return _guarded(gzip.GzipFile(fileobj=stream), stream)


def unzstd(stream: BinaryIO, window: int = 1 << 27) -> BinaryIO:
    """What a zstd stream unpacks to, guarded as in `plain`, where `window` bytes do for it.

    The stream is read once, forwards.
    """
    unpacker = zstandard.ZstdDecompressor(max_window_size=window)
    sealed = unpacker.stream_reader(cast(BinaryIO, _Sealed(stream)), read_across_frames=True)
    return _guarded(_Unsealed(sealed), stream)


@contextmanager
def plain(stream: BinaryIO) -> Iterator[BinaryIO]:
    """The stream itself, or what it unpacks to where it is gzip, zstd or a zip of one file.

    Raises Unreadable, also while reading, for a damaged archive or one that unpacks to more
    than 200 times its size.
    """
    magic = stream.read(4)
    stream.seek(0)
    if magic[:2] == GZIP:
        yield gunzipped(stream)
    elif magic == ZSTD:
        yield unzstd(stream)
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


def _guarded(unpacked: Any, packed: BinaryIO) -> BinaryIO:
    return io.BufferedReader(_Guarded(unpacked, packed), BLOCK)


class _Sealed:
    """A zstd stream with one frame more, which can only be read where the last one was whole."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._seal = stream, zstandard.compress(SEAL)

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        if not data:
            data, self._seal = self._seal[:size], self._seal[size:]
        return data


class _Unsealed:
    """What such a stream unpacks to, without the seal. Raises EOFError where it was cut off."""

    def __init__(self, unpacked: Any) -> None:
        self._unpacked, self._held = unpacked, b""

    def read(self, size: int) -> bytes:
        while data := self._unpacked.read(size):
            held: bytes = self._held + data
            self._held = held[-len(SEAL) :]
            if len(held) > len(SEAL):
                return held[: -len(SEAL)]
        if self._held != SEAL:
            raise EOFError("it ends too early")
        return b""


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
            raise Unreadable(
                f"damaged archive behind byte {self._out}, unpacked: {error}"
            ) from error
        self._out += len(data)
        if self._out > RATIO_FROM and self._out > LARGEST_RATIO * max(self._packed.tell(), 1):
            raise Unreadable(f"unpacks to more than {LARGEST_RATIO} times its size")
        buffer[: len(data)] = data
        return len(data)
