"""Stamps grow with every change, however it is made."""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from auditapp.cases.models import Alert, Stamp

pytestmark = pytest.mark.django_db


def alert(event: str) -> Alert:
    """An alert that is not kept yet."""
    return Alert(
        rule="r",
        rule_version="1",
        title="t",
        severity="high",
        confidence=0.5,
        time=datetime(2026, 11, 1, tzinfo=UTC),
        event=event,
    )


def stamps() -> list[datetime]:
    """Those of all alerts, in order of their ids."""
    return list(Alert.objects.order_by("id").values_list("updated", flat=True))


def test_every_way_to_change_a_row_stamps_it() -> None:
    Alert.objects.bulk_create([alert("1"), alert("2")])
    first, second = stamps()
    assert first == second
    row = Alert.objects.order_by("id")[0]
    row.state = "closed"
    row.save(update_fields=["state"])
    assert stamps()[0] == row.updated > second == stamps()[1]
    saved = row.updated
    Alert.objects.filter(event="2").update(state="acknowledged")
    assert stamps()[1] > saved
    updated = stamps()[1]
    rows = list(Alert.objects.order_by("id"))
    for one in rows:
        one.close_reason = "expected"
    Alert.objects.bulk_update(rows, ["close_reason"])
    assert stamps()[0] == stamps()[1] > updated
    third = alert("3")
    third.save()
    assert third.updated > stamps()[1]


def test_stamps_grow_though_the_clock_goes_back() -> None:
    alert("1").save()
    with patch("auditapp.cases.stamping.clock.now", return_value=datetime(2020, 1, 1, tzinfo=UTC)):
        alert("2").save()
    one, two = stamps()
    assert two - one == timedelta(microseconds=1)


def test_a_stamp_is_the_time_where_the_clock_allows() -> None:
    before = timezone.now()
    alert("1").save()
    assert before <= stamps()[0] <= timezone.now()
    assert Stamp.objects.get().last == stamps()[0]


def test_nothing_is_stamped_where_nothing_is_made() -> None:
    assert Alert.objects.bulk_create([]) == []
    assert not Stamp.objects.exists()
