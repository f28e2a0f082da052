"""Scores as pages and reports show them."""

from django import template

from analytics.risk.explain import shown

register = template.Library()


@register.filter
def points(score: float) -> int:
    """Whole points; see explain.shown."""
    return shown(score)
