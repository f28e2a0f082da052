"""How pages write times, numbers and hostile text, and which of them a role is offered."""

import unicodedata
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse

from auditapp.accounts import policy
from auditapp.dashboard.asking import condition
from auditapp.dashboard.panel import panels
from auditapp.figures import spark as sparks

register = template.Library()

PAGES: tuple[tuple[str, str], ...] = (
    ("overview", "Overview"),
    ("people", "People"),
    ("identities", "Identities"),
    ("events", "Events"),
    ("alerts", "Alerts"),
    ("cases", "Cases"),
    ("isolation", "Isolation"),
    ("review", "Review"),
    ("traces", "Traces"),
    ("victims", "Victims"),
    ("impact", "Impact"),
    ("feeds", "Feeds"),
    ("rules", "Detections"),
    ("readiness", "Readiness"),
)
BELONGS = {
    "person": "people",
    **dict.fromkeys(
        (
            *("identity", "identity-changes", "identity-give", "identity-merge"),
            *("identity-import", "identity-draft", "unknown-accounts", "circumstances"),
        ),
        "identities",
    ),
    "event": "events",
    "impact-decide": "impact",
    **dict.fromkeys(("case", "case-open", "case-edit", "case-decide", "case-note"), "cases"),
    **dict.fromkeys(("exceptions", "exception", "exception-new", "exception-decide"), "alerts"),
    **dict.fromkeys(("dismissals", "dismissal", "dismissal-new", "dismissal-decide"), "alerts"),
    "feed": "feeds",
    "batch": "feeds",
    **dict.fromkeys(("tokens", "token-rotate", "outgoing", "outgoing-change"), "feeds"),
    "dead-letters": "feeds",
    "rule": "rules",
    "weights": "rules",
}


@register.filter
def visible(text: object) -> str:
    """Text whose control and direction marks can be seen: an escape becomes ⟨U+001B⟩.

    Line ends and tabs stay. The result is still escaped by the template.
    """
    return "".join(_visible(char) for char in str(text if text is not None else ""))


def _visible(char: str) -> str:
    if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return char
    return f"⟨U+{ord(char):04X}⟩"


@register.filter
def utc(time: datetime | None) -> str:
    """A time in UTC to the minute's second: 2026-11-03 14:05:09."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if time else "–"


@register.filter
def minute(time: datetime | None) -> str:
    """A time in UTC to the minute."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if time else "–"


@register.filter
def iso(time: datetime | None) -> str:
    """A time for machines."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if time else ""


@register.filter
def thousands(number: float | None) -> str:
    """A whole number with thin spaces between thousands."""
    return f"{round(number or 0):,}".replace(",", "\u202f")


@register.filter
def percent(share: float) -> str:
    """A share as percent; small ones do not become nothing."""
    if 0 < share < 0.001:
        return "<0.1 %"
    return f"{share * 100:.1f} %"


@register.filter
def unlocalized(number: float) -> str:
    """A number as drawings carry it."""
    return f"{number:g}"


@register.filter
def signed(number: int | None) -> str:
    """+3, −3, ±0, or a dash where there is nothing to compare with."""
    if number is None:
        return "–"
    return f"+{number}" if number > 0 else f"−{-number}" if number < 0 else "±0"


@register.filter
def get(mapping: dict[str, Any], key: str) -> Any:
    """The value of a key, or nothing."""
    return mapping.get(key, "")


@register.simple_tag
def events_where(name: str, value: object) -> str:
    """Address of all events with exactly this value of a field."""
    query = {"range": "all", "q": condition(name, str(value))}
    return f"{reverse('events')}?{urlencode(query)}"


@register.inclusion_tag("dashboard/_nav.html", takes_context=True)
def navigation(context: dict[str, Any]) -> dict[str, Any]:
    """The main navigation: the pages that the user's role may see."""
    request = context["request"]
    match = request.resolver_match
    here = match.url_name if match else ""
    here = BELONGS.get(here, here)
    pages = [
        (reverse(name), title, name == here)
        for name, title in PAGES
        if policy.allowed(request.user, name)
    ]
    return {"pages": pages}


IDENTITY_TABS: tuple[tuple[str, str], ...] = (
    ("identities", "People"),
    ("unknown-accounts", "Unknown accounts"),
    ("identity-merge", "Merge"),
    ("identity-import", "Import"),
    ("circumstances", "Circumstances"),
    ("identity-changes", "Changes"),
)


def _tabs(
    context: dict[str, Any], tabs: tuple[tuple[str, str], ...]
) -> list[tuple[str, str, bool]]:
    request = context["request"]
    here = request.resolver_match.url_name
    return [
        (reverse(name), title, name == here)
        for name, title in tabs
        if policy.allowed(request.user, name)
    ]


@register.simple_tag(takes_context=True)
def identity_tabs(context: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """The pages about identities that the user's role may see."""
    return _tabs(context, IDENTITY_TABS)


ALERT_TABS: tuple[tuple[str, str], ...] = (
    ("alerts", "Alerts"),
    ("exceptions", "Exceptions"),
    ("dismissals", "Dismissals"),
)


@register.simple_tag(takes_context=True)
def alert_tabs(context: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """The pages about alerts that the user's role may see."""
    return _tabs(context, ALERT_TABS)


FEED_TABS: tuple[tuple[str, str], ...] = (
    ("feeds", "Feeds"),
    ("dead-letters", "Dead letters"),
    ("tokens", "Tokens"),
    ("outgoing", "Outgoing"),
)


@register.simple_tag(takes_context=True)
def feed_tabs(context: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """The pages about feeds, tokens and deliveries that the user's role may see."""
    return _tabs(context, FEED_TABS)


@register.inclusion_tag("dashboard/_spark.html")
def spark(points: str, label: str) -> dict[str, Any]:
    """A line the size of a word."""
    return {"points": points, "label": label, "width": sparks.WIDTH, "height": sparks.HEIGHT}


@register.inclusion_tag("dashboard/_panel_frame.html")
def panel(name: str, parameters: str = "") -> dict[str, Any]:
    """The frame of a panel; its content is fetched when it comes into view."""
    return {"panel": panels()[name], "parameters": parameters}
