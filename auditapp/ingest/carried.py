"""Bodies of foreign protocols: read record by record, each as what it is."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache, partial
from pathlib import PurePosixPath
from typing import BinaryIO

from analytics import pipeline
from analytics.event import Batch as Chunk
from analytics.event import Context
from analytics.protocols.protocol import Told
from auditapp.ingest import whereabouts
from auditapp.ingest.models import Batch
from auditapp.people.directory import realm_of


def reader(batch: Batch) -> Callable[[BinaryIO, Context], Iterable[Chunk]] | None:
    """Reads the body of a batch that came by a protocol; None for any other batch."""
    protocol = pipeline.PROTOCOLS.get(batch.source)
    if protocol is None:
        return None
    realm = cache(lambda host: realm_of(host, batch.feed.realm))
    return partial(
        pipeline.unwrap,
        protocol,
        name=batch.path,
        allowed=_allowed(batch),
        about=partial(_about, realm),
    )


def _allowed(batch: Batch) -> Callable[[str], bool]:
    """What its token may send; everything where it came by no token, as from the command line."""
    token, feed = batch.token, batch.feed_id
    return (lambda source: token.may_send(source, feed)) if token else lambda source: True


def _about(realm: Callable[[str], str], context: Context, told: Told) -> Context:
    """What is told of a record goes before what its path says, and that before the batch's."""
    path = PurePosixPath(told.path)
    where = whereabouts.of(path) if path.is_absolute() else whereabouts.Whereabouts()
    host = told.host or where.host or context.host
    return replace(
        context,
        host=host,
        user=told.user or where.user or context.user,
        realm=realm(host or ""),
    )
