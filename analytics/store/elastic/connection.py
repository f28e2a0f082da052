"""One client a process, and what it raises said in the store's own words."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from elasticsearch import ApiError, Elasticsearch, TransportError

from analytics.store.base import StoreUnavailable
from analytics.store.elastic.address import Address, Cluster, options
from analytics.store.elastic.wire import SERIALIZERS

SECONDS = 60  # for an answer
AT_ONCE = 10  # connections
UNAVAILABLE = frozenset({401, 403, 404, 408, 429})


class Connection:
    """Gives the client. Safe in several threads and processes, forked ones too."""

    def __init__(self, address: Address, cluster: Cluster) -> None:
        """Opens nothing yet. Raises ValueError for options that make no sense."""
        self._host = address.host
        self._options = options(address, cluster)
        self._opening = Lock()
        self._opened: tuple[int, Elasticsearch] | None = None

    def client(self) -> Elasticsearch:
        """This process's client."""
        with self._opening:
            if self._opened is None or self._opened[0] != os.getpid():
                client = Elasticsearch(
                    self._host,
                    serializers=SERIALIZERS,
                    request_timeout=SECONDS,
                    connections_per_node=AT_ONCE,
                    **self._options,
                )
                self._opened = (os.getpid(), client)
            return self._opened[1]

    def close(self) -> None:
        """Lets go of connections; the next call makes new ones."""
        opened, self._opened = self._opened, None
        if opened is not None and opened[0] == os.getpid():
            opened[1].close()


@contextmanager
def reachable() -> Iterator[None]:
    """Turns what the network or a cluster in trouble raises into StoreUnavailable."""
    try:
        yield
    except TransportError as error:
        raise StoreUnavailable(str(error)) from error
    except OSError as error:  # the file of certificates
        raise StoreUnavailable(str(error)) from error
    except ApiError as error:
        if error.status_code in UNAVAILABLE or error.status_code >= 500:
            raise StoreUnavailable(str(error)) from error
        raise
