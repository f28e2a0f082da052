"""A body that is looked at before it is answered: read twice, from memory or, if large, disk."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from django.conf import settings
from rest_framework.request import Request

from auditapp.accounts.models import ApiToken
from auditapp.ingest import door, intake, spool
from auditapp.ingest.models import Batch

IN_MEMORY = 1 << 20  # bytes


@contextmanager
def whole(request: Request, most: int | None = None) -> Iterator[BinaryIO]:
    """The unpacked body as a file of at most so many bytes, by default MAX_BODY_BYTES.

    Raises APIException for what cannot be taken.
    """
    token = request.auth if isinstance(request.auth, ApiToken) else None
    folder = Path(settings.SPOOL)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (
        door.body(request, token) as log,
        SpooledTemporaryFile(IN_MEMORY, dir=str(folder), suffix=".staged") as file,
    ):
        _copy(log, cast(BinaryIO, file), most or settings.MAX_BODY_BYTES)
        file.seek(0)
        yield cast(BinaryIO, file)


def _copy(log: BinaryIO, file: BinaryIO, most: int) -> None:
    size = 0
    try:
        while block := log.read(spool.BLOCK):
            size += len(block)
            if size > most:
                raise spool.TooLarge(f"larger than {most} bytes")
            file.write(block)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise spool.SpoolFull("the disk is full") from error
        raise


def accept(file: BinaryIO, label: intake.Label) -> Batch:
    """The batch of a body that was looked at; durable when this returns."""
    file.seek(0)
    return door.take(file, label)
