"""The rules in force."""

from functools import cache

from analytics.detection.sigma import OWN_RULES, RuleSet, load
from django.conf import settings


@cache
def rule_set() -> RuleSet:
    """Our own rules and those of the folders that FOUREYES_RULES names, compiled once a process."""
    return load([OWN_RULES, *settings.RULE_FOLDERS])
