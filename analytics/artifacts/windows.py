"""Reads a stream a piece at a time, however long it is and whatever it says of its own lengths."""

import io
import os
from typing import BinaryIO

BLOCK = 1 << 16


class Ended(Exception):
    """The stream ends before what it announced."""


class TooLong(Ended):
    """More would have to be read than is worth it."""


class Window:
    """A stream's bytes from where it stands; knows how far it has come."""

    def __init__(self, stream: BinaryIO, most: int | None = None) -> None:
        self._stream, self._most = stream, most
        self._data = b""
        self._at = 0
        self._before = 0  # bytes in front of `_data`

    @property
    def position(self) -> int:
        """How many bytes were taken."""
        return self._before + self._at

    def byte(self) -> int | None:
        """The next byte, None at the end."""
        try:
            code = self._data[self._at]
        except IndexError:
            if not self._more():
                return None
            code = self._data[self._at]
        self._at += 1
        return code

    def peek(self, size: int) -> bytes:
        """The next bytes without taking them; fewer only at the end."""
        while len(self._data) - self._at < size and self._more():
            pass
        return self._data[self._at : self._at + size]

    def take(self, size: int) -> bytes:
        """The next bytes, a few only. Raises Ended."""
        end = self._at + size
        if end > len(self._data):
            found = self.peek(size)
            if len(found) < size:
                raise Ended
            end = self._at + size
        found = self._data[self._at : end]
        self._at = end
        return found

    def skip(self, size: int) -> None:
        """Leaves bytes out, any number. Raises Ended."""
        while size > len(self._data) - self._at:
            size -= len(self._data) - self._at
            self._at = len(self._data)
            if size > 4 * BLOCK and self._leap(size - BLOCK):
                size = BLOCK
            if not self._more():
                raise Ended
        self._at += size

    def line(self, longest: int) -> bytes | None:
        """The next line without its end, None for one that is longer. Raises Ended."""
        kept: bytes | None = b""
        while True:
            end = self._data.find(b"\n", self._at)
            piece = self._data[self._at : end if end >= 0 else len(self._data)]
            kept = None if kept is None or len(kept) + len(piece) > longest else kept + piece
            if end >= 0:
                self._at = end + 1
                return kept
            self._at = len(self._data)
            if not self._more():
                raise Ended

    def _more(self) -> bool:
        """Gets a block; what was taken is let go."""
        if self._most is not None and self._before + len(self._data) > self._most:
            raise TooLong(f"it has more than {self._most} bytes")
        block = self._stream.read(BLOCK)
        if not block:
            return False
        self._before += self._at
        self._data = self._data[self._at :] + block
        self._at = 0
        return True

    def _leap(self, size: int) -> bool:
        """Seeks in a file, which costs nothing; other streams are read through. Raises Ended."""
        stream = self._stream
        if not (isinstance(stream, io.BufferedReader) and isinstance(stream.raw, io.FileIO)):
            return False
        if stream.tell() + size > os.fstat(stream.fileno()).st_size:
            raise Ended
        stream.seek(size, os.SEEK_CUR)
        self._before += len(self._data) + size
        self._data, self._at = b"", 0
        return True
