"""Everybody, the highest risk first."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from auditapp.accounts import pseudonyms
from auditapp.cases.models import ScoreRow
from auditapp.dashboard import ranking
from auditapp.people.models import Person

PAGE = 50


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """The ranking, page by page, then those who have no score."""
    everybody = ranking.ranked()
    page = Paginator(everybody, PAGE).get_page(request.GET.get("page"))
    scored = ScoreRow.objects.filter(as_of=ranking.newest()).values("person")
    others = list(Person.objects.exclude(id__in=scored)) if not page.has_next() else []
    names = pseudonyms.shown_all(person.id for person in others)
    return render(
        request,
        "dashboard/people.html",
        {
            "page": page,
            "ranked": page.object_list,
            "as_of": ranking.newest(),
            "others": [
                (pseudonyms.reference(person.id), names[person.id], person) for person in others
            ],
        },
    )
