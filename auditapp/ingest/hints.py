"""Wakes workers. A hint may be lost: the sweeper gives it again."""

import logging
from uuid import UUID

from kombu.exceptions import ChannelError, KombuError

from auditapp.celery import app

log = logging.getLogger(__name__)


def process(batch: UUID, *, backfill: bool = False) -> None:
    """Tells workers that a batch waits."""
    _give("ingest.backfill" if backfill else "ingest.process", str(batch))


def assess() -> None:
    """Tells workers that days changed."""
    _give("cases.assess")


def _give(task: str, *arguments: str) -> None:
    try:
        app.send_task(task, args=arguments, expires=300, retry=False)
    except (KombuError, ChannelError, OSError) as error:
        log.warning("no hint could be given, the sweeper will: %s", error)
