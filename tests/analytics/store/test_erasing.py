"""Events and months that are erased or expire, on both stores."""

from datetime import date, timedelta

from analytics.store.base import EventStore, Question
from analytics.store.query import OneOf
from tests.analytics.store.samples import START, event, shell, table
from tests.analytics.store.test_contract import ALL


def test_what_is_erased_is_gone_from_every_answer_and_nothing_else_is(store: EventStore) -> None:
    store.append(shell(100))
    store.append(table([event(60 * 24 * 40, actor__account="unix:user1"), event(60 * 24 * 40 + 1)]))
    person = Question(query=OneOf("actor.account", ("unix:user1",)))
    assert store.erase(person) == 21
    assert store.erase(person) == 0
    assert (store.count(person), store.count(ALL)) == (0, 81)
    assert store.get("e0001") is None
    assert "unix:user1" not in dict(store.facets(ALL, ["actor.account"])["actor.account"])
    assert sum(part.num_rows for part in store.scan(ALL, ["event.id"])) == 81
    store.maintain()
    period = Question(since=START, until=START + timedelta(minutes=50))
    assert store.erase(period) == 40
    assert store.count(ALL) == 41
    assert store.append(shell(100)).stored == 60


def test_a_month_can_be_erased_to_the_last_event(store: EventStore) -> None:
    store.append(shell(10))
    assert store.erase(ALL) == 10
    assert (store.count(ALL), store.days(ALL)) == (0, [])
    assert store.append(shell(10)).stored == 10


def test_months_that_are_over_expire_whole(store: EventStore) -> None:
    days = (0, 3, 40, 75)  # of 30 January, 2 February, 11 March and 15 April
    store.append(table([event(60 * 24 * day) for day in days]))
    assert store.expire(date(2026, 1, 31)) == []
    assert store.expire(date(2026, 3, 31)) == [date(2026, 1, 1), date(2026, 2, 1)]
    assert store.days(ALL) == [date(2026, 3, 11), date(2026, 4, 15)]
    assert store.append(table([event(0)])).stored == 1
    assert store.expire(date(2027, 1, 1)) == [date(2026, m, 1) for m in (1, 3, 4)]
    assert store.count(ALL) == 0
