"""The log formats that a site describes in mapping files."""

import logging
from functools import cache

from django.conf import settings

from analytics import mapping

log = logging.getLogger(__name__)


@cache
def mappings() -> mapping.Mappings:
    """Those of the folder that FOUREYES_MAPPINGS names, read once a process."""
    found = mapping.load(settings.MAPPINGS)
    for refused in found.refused:
        log.error("mapping file %s is not used: %s", refused.path, refused.reason)
    return found
