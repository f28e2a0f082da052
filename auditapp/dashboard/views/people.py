"""Everybody, the highest risk first."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from analytics.findings import Level
from analytics.moments import in_utc
from auditapp.accounts import pseudonyms
from auditapp.cases.models import ScoreRow
from auditapp.dashboard import ranking
from auditapp.people.models import Person

PAGE = 50
SECOND = timedelta(seconds=1)  # addresses carry whole ones


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """The ranking, page by page, then those who have no score; with `as_of` (one of the times of a
    scoring) and `level` those who stood so then."""
    level, then = request.GET.get("level", ""), scoring_at(request.GET.get("as_of", ""))
    scored = ranking.scored(then)
    chosen = scored.filter(level=level) if level else scored
    page = Paginator(chosen, PAGE).get_page(request.GET.get("page"))
    unscored = Person.objects.filter(merged_into=None).exclude(
        id__in=scored.order_by().values("person")
    )
    others = [] if page.has_next() or level or then else list(unscored)
    names = pseudonyms.shown_all(person.id for person in others)
    given = {name: request.GET[name] for name in ("level", "as_of") if request.GET.get(name)}
    return render(
        request,
        "dashboard/people.html",
        {
            "page": page,
            "ranked": ranking.ranked(page.object_list, first=page.start_index()),
            "as_of": then or ranking.newest(),
            "given": given,
            "query": urlencode(given),
            "levels": [one.value for one in Level],
            "others": [
                (pseudonyms.reference(person.id), names[person.id], person) for person in others
            ],
        },
    )


def scoring_at(text: str) -> datetime | None:
    """The scoring at the time (UTC, whole seconds) that an address carries, None without one.
    Raises Http404 where there was none then."""
    if not text:
        return None
    try:
        time = in_utc(text)
        rows = ScoreRow.objects.filter(as_of__gte=time, as_of__lt=time + SECOND)
    except (ValueError, OverflowError) as error:
        raise Http404(f"{text!r} is no time") from error
    found = rows.values_list("as_of", flat=True).first()
    if found is None:
        raise Http404(f"nobody was scored at {text!r}")
    return found
