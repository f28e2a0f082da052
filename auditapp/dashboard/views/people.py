"""Everybody, the highest risk first."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from auditapp.accounts import pseudonyms
from auditapp.dashboard import ranking
from auditapp.people.models import Person

PAGE = 50


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """The ranking, page by page, then those who have no score."""
    scored = ranking.scored()
    page = Paginator(scored, PAGE).get_page(request.GET.get("page"))
    unscored = Person.objects.filter(merged_into=None).exclude(
        id__in=scored.order_by().values("person")
    )
    others = [] if page.has_next() else list(unscored)
    names = pseudonyms.shown_all(person.id for person in others)
    return render(
        request,
        "dashboard/people.html",
        {
            "page": page,
            "ranked": ranking.ranked(page.object_list, first=page.start_index()),
            "as_of": ranking.newest(),
            "others": [
                (pseudonyms.reference(person.id), names[person.id], person) for person in others
            ],
        },
    )
