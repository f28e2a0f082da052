"""A request's body as a stream: read in blocks, measured, unpacked, never held whole."""

import io
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import BinaryIO

from django.conf import settings
from django.http import HttpRequest
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType

from analytics.reading import GZIP, ZSTD, gunzipped, plain, unzstd
from auditapp.ingest import spool

PACKED = {"gzip": GZIP, "x-gzip": GZIP, "zstd": ZSTD}
ZIP = b"PK\x03\x04"
WINDOW = 8 << 20  # what RFC 9659 allows a sender of zstd to make a receiver keep
BLOCK = 1 << 18


class BodyTooLarge(APIException):
    """The body, as sent or unpacked, is over the limit."""

    status_code = 413
    default_detail = "The body is too large."


class TooSlow(APIException):
    """The body did not arrive in time."""

    status_code = 408
    default_detail = "The body arrives too slowly."


class LengthRequired(APIException):
    """The server in front hands over no end of the body."""

    status_code = 411
    default_detail = "Say the body's length."


class _Body(io.RawIOBase):
    """What arrives; ends with an error where the client stops early or goes on too long."""

    def __init__(self, request: HttpRequest) -> None:
        self._taken = 0
        self._until = monotonic() + settings.BODY_SECONDS
        self._length = _length(request)
        if self._length is None:
            if not request.META.get("wsgi.input_terminated"):
                raise LengthRequired
            self._source = request.META["wsgi.input"]
        else:
            self._source = request
        check_size(self._length or 0)

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        """Bytes that arrived."""
        return self._taken

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data: bytes = self._source.read(len(buffer))
        except TimeoutError as error:
            raise TooSlow(f"The body stood still after {self._taken} bytes.") from error
        except OSError as error:
            if isinstance(error.__cause__, TimeoutError):
                raise TooSlow(f"The body stood still after {self._taken} bytes.") from error
            raise ParseError(f"The body broke off: {error}") from error
        self._taken += len(data)
        check_size(self._taken)
        if monotonic() > self._until:
            raise TooSlow(f"The body took more than {settings.BODY_SECONDS} seconds.")
        if not data and self._length is not None and self._taken < self._length:
            raise ParseError(f"The body ended after {self._taken} of {self._length} bytes.")
        buffer[: len(data)] = data
        return len(data)


def check_size(size: int) -> None:
    """Raises BodyTooLarge."""
    if size > settings.MAX_BODY_BYTES:
        raise BodyTooLarge(f"The body is larger than {settings.MAX_BODY_BYTES} bytes.")


@contextmanager
def unpacked(request: HttpRequest) -> Iterator[BinaryIO]:
    """The log that a request carries, unpacked where it is gzip or zstd.

    Raises APIException with the fitting status, SpoolFull, and Unreadable also while reading.
    Only the packed size is held to MAX_BODY_BYTES here, the unpacked one by whoever reads.
    """
    body = io.BufferedReader(_Body(request), BLOCK)
    head = body.peek(4)[:4]
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in PACKED and encoding not in ("", "identity"):
        raise UnsupportedMediaType(
            encoding, detail=f"No log can be sent as {encoding[:50]}; gzip and zstd can."
        )
    if encoding in PACKED and not head.startswith(PACKED[encoding]):
        raise ParseError(f"The body is not {encoding}.")
    if head.startswith(GZIP):
        yield gunzipped(body)
    elif head.startswith(ZSTD):
        yield unzstd(body, WINDOW)
    elif head.startswith(ZIP):  # its table of contents stands at its end
        with spool.staged(body, uuid.uuid4().hex) as staged, plain(staged) as log:
            yield log
    else:
        yield body


def whole(log: BinaryIO, most: int) -> bytes:
    """A body that has to be read at once. Raises BodyTooLarge beyond `most` bytes, unpacked."""
    blocks, size = [], 0
    while block := log.read(BLOCK):
        size += len(block)
        if size > most:
            raise BodyTooLarge(f"The body is larger than {most} bytes.")
        blocks.append(block)
    return b"".join(blocks)


def _length(request: HttpRequest) -> int | None:
    """The length that the client named; None where it sends chunks instead."""
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        return None
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError as error:
        raise ParseError("Content-Length is no number.") from error
