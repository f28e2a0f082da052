"""The rules in force."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from analytics.detection.loading import OWN_RULES, RuleSet
from analytics.detection.reloading import Loaded, Watched
from analytics.detection.watchlist import OWN_LISTS
from auditapp.cases.versioning import keeping
from auditapp.cases.versioning.keeping import good_files


def rule_set() -> RuleSet:
    """Our own rules and those of the folders that FOUREYES_RULES names, with our watch-lists and
    those of FOUREYES_WATCHLISTS, as the files are now or were seconds ago. Who asks several things
    of the rules asks them of one set."""
    return loaded().rules


def loaded() -> Loaded:
    """The same, with when it was loaded and what keeps a newer one from being."""
    rules, lists = settings.RULE_FOLDERS, settings.WATCHLIST_FOLDERS
    return _watched((OWN_RULES, *rules), (OWN_LISTS, *lists)).current()


def keep() -> None:
    """Writes down which versions are in force, and what mounted files hold that are good."""
    in_force = rule_set()
    keeping.keep(in_force)
    keeping.keep_files(in_force, [*settings.RULE_FOLDERS, *settings.WATCHLIST_FOLDERS])


def forget() -> None:
    """Loads everything anew when it is next asked for."""
    _watched.cache_clear()


@lru_cache(maxsize=1)
def _watched(folders: tuple[Path, ...], lists: tuple[Path, ...]) -> Watched:
    mounted = len(folders) > 1 or len(lists) > 1
    return Watched(folders, good_files if mounted else dict, lists)
