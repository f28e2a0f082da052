"""What every address that takes logs goes through: a request's body comes in, a batch comes out.

    with door.body(request, token) as log:  # unpacked, a stream, of any size
        batch = door.take(log, label)       # on disk and committed

Whatever stands in the way is answered as the REST framework answers an APIException.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from rest_framework.exceptions import APIException, ParseError, PermissionDenied, Throttled
from rest_framework.request import Request

from analytics.reading import Unreadable
from auditapp.accounts.models import ApiToken
from auditapp.ingest import hints, intake, limits, slots, spool
from auditapp.ingest.body import BodyTooLarge, unpacked
from auditapp.ingest.models import Batch

RETRY_SECONDS = 30


class NotALog(APIException):
    """No source can read the body."""

    status_code = 422


@contextmanager
def body(request: Request, token: ApiToken | None) -> Iterator[BinaryIO]:
    """The request's body, unpacked, to be read forwards once while the block lasts.

    The stream itself knows no limit of the unpacked size; `take` and `whole` hold it to one.
    """
    with refusing(), slots.held(token), unpacked(request._request) as log:
        yield log


def take(log: BinaryIO, label: intake.Label) -> Batch:
    """The batch of a log, accepted: nothing can lose it when this returns.

    Raises what `refusing` turns into answers, and intake.KeyTaken.
    """
    limits.check(label.token)
    room = spool.room()
    if room.lack:
        raise spool.SpoolFull(room.lack)
    try:
        batch = intake.accept(log, label, limit=min(room.left, settings.MAX_BODY_BYTES))
    except spool.TooLarge as error:
        if room.left < settings.MAX_BODY_BYTES:
            raise spool.SpoolFull(f"there is room for {room.left} bytes") from error
        raise
    transaction.on_commit(lambda: hints.process(batch.id, backfill=batch.backfill))
    return batch


@contextmanager
def refusing() -> Iterator[None]:
    """Turns the reasons why a log cannot be taken into answers."""
    try:
        yield
    except spool.SpoolFull as error:
        raise Throttled(RETRY_SECONDS, f"No room at the moment: {error}.") from error
    except limits.OverLimit as error:
        raise Throttled(error.wait, f"Not now: {error}.") from error
    except slots.NoSlot as error:
        raise Throttled(1, f"Wait a moment: {error}.") from error
    except spool.TooLarge as error:
        raise BodyTooLarge(f"The body is {error}, unpacked.") from error
    except Unreadable as error:
        raise ParseError(f"The body cannot be unpacked: {error}.") from error
    except intake.NotALog as error:
        refusal = ParseError if str(error) == "empty" else NotALog
        raise refusal(f"The body is no log: {error}.") from error
    except PermissionError as error:
        raise PermissionDenied(str(error)) from error
