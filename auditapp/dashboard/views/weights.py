"""What counts how much in a score, who changed it and why, and what other numbers would change."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from analytics.risk.weights import WeightsError
from auditapp.accounts import policy, pseudonyms
from auditapp.cases import trying, weighing
from auditapp.cases.models import WeightsVersion
from auditapp.cases.trying import Moved

SHOWN, MOST = 50, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A person's move, as the table shows it."""

    move: Moved
    reference: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A number that is tried, the one in force, and the address without it."""

    name: str
    now: float | None
    value: str
    without: str


@require_safe
def weights(request: HttpRequest) -> HttpResponse:
    """The weights in force and their versions; each `set` in the address is a number to try."""
    given = dict(_settings(request))
    if request.GET.get("name"):
        given[request.GET["name"].strip()] = request.GET.get("value", "").strip()
        return redirect(_address(given))
    used = weighing.in_force()
    numbers = trying.numbers(used)
    problem, moves = "", []
    may_read = policy.allowed(request.user, "people")
    if given and may_read:
        try:
            moves = trying.compare(timezone.now(), trying.changed(given, used))
        except WeightsError as error:
            problem = str(error)
    return render(
        request,
        "dashboard/weights.html",
        {
            "weights": used,
            "groups": _grouped(numbers),
            "names": list(numbers),
            "tried": [
                Tried(
                    name=name,
                    now=numbers.get(name),
                    value=value,
                    without=_address({other: given[other] for other in given if other != name}),
                )
                for name, value in given.items()
            ],
            "problem": problem,
            "may_read": may_read,
            "moved": sum(move.differs for move in moves),
            "people": len(moves),
            "rows": _rows(moves[:SHOWN]),
            "shown": SHOWN,
            "versions": WeightsVersion.objects.all()[:SHOWN],
        },
    )


def _settings(request: HttpRequest) -> list[tuple[str, str]]:
    """What is to be tried, no more than can be meant."""
    pairs = (text.partition("=") for text in request.GET.getlist("set")[:MOST])
    return [(name, value) for name, equals, value in pairs if equals]


def _address(given: Mapping[str, str]) -> str:
    query = urlencode([("set", f"{name}={value}") for name, value in given.items()])
    return reverse("weights") + (f"?{query}" if query else "")


def _grouped(numbers: Mapping[str, float]) -> list[tuple[str, list[tuple[str, str, float]]]]:
    """By section: the name, the whole dotted name and the number."""
    groups: dict[str, list[tuple[str, str, float]]] = {}
    for name, number in numbers.items():
        section, _, last = name.rpartition(".")
        groups.setdefault(section or "time", []).append((last, name, number))
    return sorted(groups.items())


def _rows(moves: list[Moved]) -> list[Row]:
    names = pseudonyms.shown_all(move.person for move in moves)
    return [
        Row(move=move, reference=pseudonyms.reference(move.person), name=names[move.person])
        for move in moves
    ]
