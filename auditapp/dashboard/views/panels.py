"""Answers for one panel: a figure as JSON that no script is part of, and its table."""

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from auditapp.dashboard.asking import ask
from auditapp.dashboard.panel import panels
from auditapp.dashboard.views.unavailable import reads_store

TABLE_ROWS = 500


@require_safe
@reads_store
def panel(request: HttpRequest, name: str) -> HttpResponse:
    """The panel of that name for what the address asks."""
    found = panels().get(name)
    if found is None:
        raise Http404(f"no panel {name}")
    asked = ask(request.GET.dict())
    if asked.problem:
        return render(request, "dashboard/_panel.html", {"panel": found, "problem": asked.problem})
    drawing = found.draw(asked)
    return render(
        request,
        "dashboard/_panel.html",
        {
            "panel": found,
            "drawing": drawing,
            "figure": json.loads(drawing.figure.to_json()),
            "rows": drawing.rows[:TABLE_ROWS],
            "left_out": max(0, len(drawing.rows) - TABLE_ROWS),
        },
    )
