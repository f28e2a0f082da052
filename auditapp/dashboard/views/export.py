"""Found events as a file to take away."""

from django.http import (
    Http404,
    HttpRequest,
    HttpResponseBadRequest,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from auditapp.accounts import acts
from auditapp.dashboard import exporting
from auditapp.dashboard.asking import ask
from auditapp.dashboard.views.unavailable import reads_store


@require_safe
@reads_store
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """What the events page finds for the same address, in a form; 400 for what it does not
    understand."""
    if form not in exporting.FORMATS:
        raise Http404(f"no form {form}")
    asked = ask(request.GET.dict())
    if asked.problem:
        return HttpResponseBadRequest(asked.problem, content_type="text/plain; charset=utf-8")
    write, kind = exporting.FORMATS[form]
    acts.note(request.user, f"exported events as {form}:", asked.parameters())
    answer = StreamingHttpResponse(exporting.lines(asked.question, write), content_type=kind)
    name = f"events-{timezone.now():%Y%m%dT%H%M%SZ}.{form}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
