"""What a worker does with a message before its task."""

from typing import Literal

from celery.worker import request
from celery.worker.state import revoked

from auditapp import clock


class Request(request.Request):
    """Tells whether a hint is too old by the clock that all machines share."""

    def maybe_expire(self) -> Literal[True] | None:
        """Called by Celery; what is revoked is not run."""
        if self.expires and clock.estimate() > self.expires:
            revoked.add(self.id)
            return True
        return None
