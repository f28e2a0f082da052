"""What a batch has brought, by feed and kind of event."""

from datetime import timedelta

import pyarrow as pa

from analytics.fields import SCHEMA
from analytics.readiness.arrivals import MOST_KINDS, arrived
from tests.analytics.laboratory import DAY, event, table


def of(action: str, **values: object) -> dict[str, object]:
    return event(feed__id="gpu03", event__dataset="auditd", event__action=action, **values)


def test_nothing_brings_nothing() -> None:
    assert arrived(SCHEMA.empty_table()) == []


def test_a_kind_has_the_fields_that_any_of_its_events_filled() -> None:
    found = arrived(
        table(
            of("executed", actor__account="unix:ana", labels=[("key", "watched")]),
            of("executed", process__args=["ls"], labels=None),
            of("opened-file", file__path="/a", process__args=[]),
        )
    )
    fields = {one.action: one.fields for one in found}
    assert fields == {
        "executed": {"actor.account", "labels.key", "process.args"},
        "opened-file": {"file.path"},
    }


def test_feeds_and_datasets_stay_apart() -> None:
    found = arrived(
        table(
            event(feed__id="a", event__dataset="auditd", event__module="shell"),
            event(feed__id="b", event__dataset="auditd", event__module="shell"),
            event(feed__id="b", event__dataset="ecs", event__module="shell"),
        )
    )
    assert {(one.feed, one.dataset, one.kind["event.module"]) for one in found} == {
        ("a", "auditd", "shell"),
        ("b", "auditd", "shell"),
        ("b", "ecs", "shell"),
    }


def test_the_newest_time_and_the_number_are_kept() -> None:
    (one,) = arrived(table(of("executed", at=3), of("executed", at=9), of("executed", at=5)))
    assert (one.events, one.last) == (3, DAY + timedelta(hours=9))


def test_labels_of_a_part_of_a_table_are_its_own() -> None:
    whole = table(of("a", labels=[("x", "1"), ("y", "2")]), of("b", labels=[("z", "3")]))
    (one,) = arrived(whole.slice(1))
    assert one.fields == {"labels.z"}
    chunked = pa.concat_tables([whole.slice(0, 1), whole.slice(1)])
    assert {name for one in arrived(chunked) for name in one.fields} == {
        "labels.x",
        "labels.y",
        "labels.z",
    }


def test_a_log_that_invents_actions_cannot_fill_the_table() -> None:
    many = table(*(of(f"a{number}\x1f{number}") for number in range(2 * MOST_KINDS)))
    assert len(arrived(many)) == MOST_KINDS
