"""Keeps what was learnt of a log for the next one of the same source and feed.

Most batches are small: what is learnt of one would be of use for few lines, were it not kept. A
feed only meets what was learnt of its own logs, and all of it is held against the reader in each
log before it is used: a log that teaches nonsense costs others time, and changes no event of them.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from analytics.event import Context, Source
from analytics.jsonlog.learning import Learning
from analytics.jsonlog.samples import Looks, Read

HEAVIEST = 48 << 20  # bytes of all that is kept, more or less


class Kept:
    """What was learnt of logs that are read to their end; what was not used for long is dropped."""

    def __init__(self, heaviest: int = HEAVIEST) -> None:
        self.heaviest = heaviest
        self._learnt: OrderedDict[Any, Learning] = OrderedDict()
        self._lock = Lock()

    @contextmanager
    def learning(
        self, read: Read, looks: Looks, context: Context, source: Source
    ) -> Iterator[Learning]:
        """What was learnt of a feed's earlier logs; no two logs are read with it at once."""
        key = (source.name, id(looks), *_lasting(context))
        with self._lock:
            learning = self._learnt.pop(key, None)
        if learning is None:
            learning = Learning(read, looks, context, source)
        learning.begin(read, context)
        yield learning  # an error drops it
        if not learning.weight:
            return
        with self._lock:
            self._learnt[key] = learning
            while sum(one.weight for one in self._learnt.values()) > self.heaviest:
                self._learnt.popitem(last=False)


def _lasting(context: Context) -> tuple[Any, ...]:
    """What a feed's logs have in common, and a reader may look into."""
    zone = context.timezone
    return context.feed, zone, context.host, context.user, context.realm, context.columns


KEPT = Kept()
