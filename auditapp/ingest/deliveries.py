"""Remembers what webhooks delivered, so that nothing is taken twice however often it comes.

A delivery is known by the id that its forge gave it, which stays the same when it is repeated.
One without an id is known by its body, for a short time only: a forge that says no more than
`made private` may well mean it again tomorrow.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction

from auditapp import clock
from auditapp.ingest.models import Batch, Delivery

WITH_ID = timedelta(days=30)
BY_BODY = timedelta(minutes=10)


def once(feed: str, delivery: str, body: bytes, take: Callable[[], Batch]) -> tuple[Batch, bool]:
    """The batch of a delivery, and whether it is new; `take` makes it where it is.

    Batch and memory are written together or not at all. `delivery` is empty where the forge gave
    no id.
    """
    key = hashlib.sha256(delivery.encode("utf-8", "backslashreplace") or body).hexdigest()
    key = f"{'id' if delivery else 'body'}:{key}"
    memory = WITH_ID if delivery else BY_BODY
    if known := _known(feed, key, memory):
        return known, False
    try:
        with transaction.atomic():
            # Only what is too old to count: the same delivery may have been quicker just now.
            before = clock.now() - memory
            Delivery.objects.filter(feed=feed, key=key, received__lt=before).delete()
            batch = take()
            Delivery.objects.create(feed=feed, key=key, batch=batch)
    except IntegrityError:  # the same delivery was quicker
        known = _known(feed, key, memory)
        if known is None:
            raise
        return known, False
    return batch, True


def forget() -> int:
    """Deletes what is too old to be looked for; gives the number."""
    return Delivery.objects.filter(received__lt=clock.now() - WITH_ID).delete()[0]


def _known(feed: str, key: str, memory: timedelta) -> Batch | None:
    since = clock.now() - memory
    remembered = Delivery.objects.filter(feed=feed, key=key, received__gte=since)
    found = remembered.select_related("batch").first()
    return found.batch if found else None
