"""Processes say that they live until they do not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from auditapp.operations import heartbeats
from auditapp.operations.models import Heartbeat
from tests.auditapp.ingest.installation import eventually


@pytest.mark.django_db(transaction=True)
def test_a_thread_beats_at_once_until_it_is_told_to_stop() -> None:
    over = heartbeats.start("worker")
    try:
        eventually(lambda: heartbeats.alive("worker", timezone.now()))
    finally:
        over.set()
    assert not heartbeats.alive("scheduler", timezone.now())


@pytest.mark.django_db
def test_what_was_silent_for_a_minute_is_dead_and_for_a_day_forgotten() -> None:
    now = timezone.now()
    Heartbeat.objects.create(name="worker@a", role="worker", beat=now - timedelta(seconds=59))
    Heartbeat.objects.create(name="worker@b", role="worker", beat=now - timedelta(seconds=61))
    Heartbeat.objects.create(name="worker@c", role="worker", beat=now - timedelta(days=2))
    assert [found.name for found in heartbeats.alive("worker", now)] == ["worker@a"]
    heartbeats.beat("scheduler")
    assert not Heartbeat.objects.filter(name="worker@c").exists()
