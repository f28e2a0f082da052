"""What a page answers that failed: try again where only the database was away."""

import logging
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

log = logging.getLogger(__name__)


def failed(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After (seconds) while the database does not answer, else 500.

    Nothing here asks the database, not even who is signed in.
    """
    error = sys.exc_info()[1]
    if not isinstance(error, OperationalError | InterfaceError):
        return server_error(request)
    log.error("the database does not answer: %s", error)
    is_part = bool(request.headers.get("HX-Request"))
    template = "503_database_part.html" if is_part else "503_database.html"
    response = HttpResponse(render_to_string(template), status=503)
    response["Retry-After"] = "30"
    return response
