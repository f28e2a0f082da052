"""The rules in force."""

from functools import cache

from django.conf import settings

from analytics.detection.loading import OWN_RULES, RuleSet, load


@cache
def rule_set() -> RuleSet:
    """Our own rules and those of the folders that FOUREYES_RULES names, compiled once a process."""
    return load([OWN_RULES, *settings.RULE_FOLDERS])
