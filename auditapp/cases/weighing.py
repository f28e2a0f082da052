"""The weights in force: our own with the site's file over them, every version kept."""

import logging
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import transaction

from analytics.risk import weights
from analytics.risk.weights import Weights, WeightsError
from auditapp import clock
from auditapp.cases.versioning.models import WeightsVersion

log = logging.getLogger(__name__)


def in_force() -> Weights:
    """The weights as the files are now. A site's file that became bad goes on as it was when it
    was last good; if it never was, this raises WeightsError."""
    path: Path | None = settings.WEIGHTS
    if path is None:
        return _own()
    try:
        return weights.load(path)
    except WeightsError as error:
        last = WeightsVersion.objects.filter(ended=None).first()
        if last is None:
            raise
        log.error("the site's weights go on as they were: %s", error)
        return weights.parse(last.text)


@lru_cache(maxsize=1)
def _own() -> Weights:
    return weights.load()


def keep(used: Weights) -> None:
    """Notes that these are in force, and which no longer are."""
    with transaction.atomic():
        others = WeightsVersion.objects.filter(ended=None).exclude(digest=used.digest)
        others.update(ended=clock.now())
        row, made = WeightsVersion.objects.get_or_create(
            digest=used.digest,
            defaults={
                "version": used.version,
                "author": used.author[:200],
                "reason": used.reason,
                "text": used.text,
                "first": clock.now(),
            },
        )
        if not made and row.ended:  # an older one is back
            WeightsVersion.objects.filter(pk=row.pk).update(ended=None)
