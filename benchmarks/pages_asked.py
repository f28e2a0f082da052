"""The addresses that `benchmarks.pages` asks: every page of the URL conf, and every panel."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from auditapp.cases.models import Alert, AlertException, Case, Dismissal, FindingRow, Pin, ScoreRow
from auditapp.dashboard.panel import panels
from auditapp.dashboard.views.pillars import PARTS
from auditapp.ingest.models import Batch, Feed
from auditapp.people.models import ImportDraft, Person
from benchmarks.pages_events import NEEDLE

PAGE, PANEL, PANEL_COLD = 150, 400, 1_000  # ms
WEEK_TEXT, ALL_TEXT = 1_000, 3_000  # of free text
SPANS = ("range=24h", "range=7d", "range=30d", "range=all")


@dataclass(frozen=True, slots=True)
class Ask:
    """An address and how many milliseconds it may take, warm and cold."""

    address: str
    warm: int = PAGE
    cold: int | None = None


def asks() -> Iterator[Ask]:
    """All of them. Raises ValueError where a page's arguments are not known here."""
    known, further = _arguments(), _further()
    for pattern in _patterns(get_resolver().url_patterns):
        name, names = pattern.name or "", list(pattern.pattern.converters)
        if name == "panel":
            yield from _panels()
            continue
        if names and name not in known:
            raise ValueError(f"say in `_arguments` what {names} of {name} are")
        argument, needed = known.get(name, (None, ""))
        plain = reverse(name, args=[argument] if names else [])
        yield Ask(f"{plain}?{needed}" if needed else plain)
        yield from (Ask(f"{plain}?{query}", *limits) for query, *limits in further.get(name, ()))


def _patterns(patterns: Sequence[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    """Those that somebody signed in looks at; machines show a token."""
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _patterns(one.url_patterns)
        elif getattr(one.callback, "login_required", True) and one.name != "sign-out":
            yield one


def _panels() -> Iterator[Ask]:
    """Each over each span, for everybody and for the busiest person."""
    for name in sorted(panels()):
        for span in SPANS:
            for person in ("", f"&person={_person()}"):
                address = f"{reverse('panel', args=[name])}?{span}{person}"
                yield Ask(address, PANEL, PANEL_COLD)


def _person() -> str:
    from auditapp.accounts import pseudonyms

    return quote(pseudonyms.reference(Person.objects.order_by("id")[0].id), safe="")


def _arguments() -> Mapping[str, tuple[Any, str]]:
    """By URL name: the argument, and the query without which nothing is shown."""
    alert, pin = Alert.objects.order_by("id")[0], Pin.objects.order_by("id")[0]
    finding = FindingRow.objects.filter(kind="isolation").order_by("id")[0]
    return {
        "person": (_person(), ""),
        "identity": (_person(), ""),
        "identity-draft": (ImportDraft.objects.get().pk, ""),
        "event": (pin.event, f"day={pin.time:%Y-%m-%d}"),
        "events-export": ("csv", ""),
        "alert-state": (alert.pk, ""),
        "exception": (AlertException.objects.get().pk, ""),
        "exception-decide": (AlertException.objects.get().pk, ""),
        "dismissal": (Dismissal.objects.get().pk, ""),
        "dismissal-decide": (Dismissal.objects.get().pk, ""),
        **dict.fromkeys(
            ("case", "case-edit", "case-decide", "case-note", "case-remove"),
            (Case.objects.order_by("id")[0].pk, ""),
        ),
        "feed": (Feed.objects.order_by("name")[0].name, ""),
        "feed-expect": (Feed.objects.order_by("name")[0].name, ""),
        "batch": (Batch.objects.filter(rejected_lines__isnull=False)[0].pk, ""),
        "token-rotate": (1, ""),
        "token-revoke": (1, ""),
        "outgoing-change": (1, ""),
        "rule": (alert.rule, ""),
        "dismissal-new": (None, f"finding={finding.pk}"),
        "exception-new": (None, f"alert={alert.pk}"),
    }


def _further() -> Mapping[str, Sequence[tuple[str, *tuple[int, ...]]]]:
    """By URL name: what its page is asked for besides, with limits where they are its own."""
    facets, page, text = (PANEL, PANEL_COLD), (PAGE,), "q=" + quote(f'"{NEEDLE}"')
    account = "q=" + quote('actor.account:"unix:user001"')
    finding = FindingRow.objects.order_by("id")[0].pk
    return {
        "person": [(f"as_of={ScoreRow.objects.order_by('as_of')[0].as_of:%Y-%m-%dT%H:%M:%S}",)],
        "events": [
            *((span, *page) for span in SPANS),
            *((f"{span}&part=facets", *facets) for span in SPANS),
            *((f"{account}&{span}", *page) for span in SPANS),
            *((f"{account}&{span}&part=facets", *facets) for span in SPANS),
            (f"person={_person()}&range=30d", *page),
            (f"person={_person()}&range=30d&part=facets", *facets),
            (f"finding={finding}", *page),
            (f"{text}&range=7d", WEEK_TEXT),
            (f"{text}&range=all", ALL_TEXT),
        ],
        "alerts": [("state=any",), ("order=severity",), (f"person={_person()}&state=any",)],
        "people": [("page=2",), ("page=99",)],
        "isolation": [
            (f"person={_person()}",),
            ("owner=p003",),
            *((f"part={part}", *facets) for part in PARTS["isolation"]),
        ],
        "traces": [(f"part={part}", *facets) for part in PARTS["traces"]],
        "impact": [
            (f"kind={kind}&what={what}{part}", *limits)
            for kind, what in (("person", _person()), ("path", "/shared/ckpt/llm-13"))
            for part, limits in (("", page), ("&part=reached", facets))
        ],
    }
