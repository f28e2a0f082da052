"""What the API answers while the database is away: try again, nothing was accepted."""

import logging
from typing import Any

from django.db import InterfaceError, OperationalError
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import exception_handler

log = logging.getLogger(__name__)


class DatabaseAway(APIException):
    """The database does not answer; `wait` becomes Retry-After."""

    status_code = 503
    default_detail = "The database does not answer; nothing was accepted."
    wait = 30


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """The response to an error in a view of the API; None where Django shall make one."""
    if isinstance(error, OperationalError | InterfaceError):
        log.error("the database does not answer: %s", error)
        error = DatabaseAway()
    return exception_handler(error, context)
