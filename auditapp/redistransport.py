"""Redis as the broker: a worker outlasts an outage that comes while it has a task in hand."""

from contextlib import contextmanager
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis
from redis.exceptions import ConnectionError as Away


class Channel(redis.Channel):
    """Says that the connection is lost where kombu's own stumbles over having none.

    A task that was in hand when Redis went away is put back, or acknowledged, on a channel that
    is closed by then. Kombu fails at that with an AttributeError, which ends the worker; a
    ConnectionError is one that it expects. The task is hinted at again by the sweeper.
    """

    @contextmanager
    def conn_or_acquire(self, client: Any = None) -> Any:
        """A client of the server. Raises ConnectionError where the channel was closed."""
        if client is None and (self.connection is None or self.connection.client is None):
            raise Away("the channel is closed")
        with super().conn_or_acquire(client) as found:
            yield found


class Transport(redis.Transport):
    """Kombu's, with those channels."""

    Channel = Channel


def install() -> None:
    """Makes kombu take it for each address that begins with redis: or rediss:."""
    for scheme in ("redis", "rediss"):
        TRANSPORT_ALIASES[scheme] = f"{__name__}:Transport"
