"""Correlations and assessment as tasks."""

import contextlib

from celery import shared_task

from auditapp import clock, stopping
from auditapp.cases import assessment, rules, turns
from auditapp.cases.correlating import asking
from auditapp.operations import tally


@shared_task(name="cases.correlate", ignore_result=True)
def correlate() -> None:
    """Asks correlations where hits came in; see `assess` for what may keep it from that."""
    with contextlib.suppress(turns.Taken, stopping.Stopped):
        asking.refresh()


@shared_task(name="cases.keep_rules", ignore_result=True)
def keep_rules() -> None:
    """Writes down which rules are in force."""
    rules.keep()


@shared_task(name="cases.assess", ignore_result=True)
def assess() -> None:
    """Assesses the days that changed, then scores; nothing where nothing changed.

    Where another process is at it, or this one is to stop, the marks on the days stay for the
    next time.
    """
    watch = tally.Watch()
    with contextlib.suppress(turns.Taken, stopping.Stopped), watch.during("assess"):
        days = len(assessment.refresh(clock.now(), settled=True))
        tally.add("assess", batches=days, came=days, went=days)
    tally.add("assess", seconds=watch.seconds["assess"])
