"""Tallies add up, from however many processes."""

from threading import Thread

import pytest
from django.db import connection

from auditapp.operations import tally
from auditapp.operations.models import Tally


@pytest.mark.django_db
def test_a_tally_begins_at_nothing_and_adds_up() -> None:
    tally.add("parse", "auditd", batches=1, came=5, seconds=0.5)
    tally.add("parse", "auditd", batches=1, came=2, rejected=1)
    tally.add("parse", "slurm", batches=1)
    row = Tally.objects.get(stage="parse", source="auditd")
    assert (row.batches, row.came, row.rejected, row.seconds) == (2, 7, 1, 0.5)
    tally.add("report")
    assert Tally.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_where_many_add_at_once() -> None:
    def add() -> None:
        for _ in range(20):
            tally.add("parse", "auditd", came=1)
        connection.close()

    adding = [Thread(target=add) for _ in range(4)]
    for thread in adding:
        thread.start()
    for thread in adding:
        thread.join()
    assert Tally.objects.get().came == 80


def test_a_watch_tells_the_time_of_each_stage() -> None:
    watch = tally.Watch()
    assert list(watch.each("parse", iter([1, 2, 3]))) == [1, 2, 3]
    with watch.during("store"):
        pass
    assert watch.seconds["parse"] > 0
    assert watch.seconds["store"] > 0
    assert watch.seconds["report"] == 0
