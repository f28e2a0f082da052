"""What is answered while the event store cannot be reached."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from analytics.store.base import StoreUnavailable

P = ParamSpec("P")


def reads_store(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Answers 503, as a page or as a fragment for htmx, where the view meets StoreUnavailable."""

    @wraps(view)
    def safe(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except StoreUnavailable as error:
            template = "503_part.html" if request.headers.get("HX-Request") else "503.html"
            response = render(request, template, {"reason": str(error)}, status=503)
            response["Retry-After"] = "10"
            return response

    return safe
