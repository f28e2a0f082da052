"""Any search over many events: both stores give the same answers to all that pages ask."""

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from analytics.store import open_store
from analytics.store.base import EventStore, Question
from analytics.store.query import All, Any, Between, Exists, Not, OneOf, Query, Term
from tests.analytics.store.conftest import _forget
from tests.analytics.store.samples import START, Row, event, table

AT_ONCE = 20_000
FACETS = ("actor.account", "host.name", "process.args", "event.module", "job.id")
PROGRAMS = ("python", "git", "scancel", "rm", "Vim", "ssh", "huggingface-cli", "Müller")
DAYS = 75


def rows(count: int, chance: random.Random) -> Iterator[Row]:
    """Events over two months and a half, some at the same time, some with fields that others
    lack, one in a thousand with a very long line."""
    for number in range(count):
        program, user = chance.choice(PROGRAMS), int(chance.paretovariate(0.8)) % 3_000
        line = f'user{user} ran {program} --step {number % 977} \\ "q" {"é" * (number % 3)}'
        yield {
            **event(number),
            "@timestamp": START + timedelta(seconds=chance.randrange(DAYS * 86_400)),
            "event.original": line if number % 1_000 else line + "x" * 20_000 + program,
            "event.module": chance.choice(("shell", "git", "Shell", None, "")),
            "actor.account": f"unix:user{user}",
            "host.name": f"gpu{chance.randrange(64):02}" if number % 4 else None,
            "process.args": [program, f"step_{number % 50}", ""][: number % 4] or None,
            "job.id": f"{number // 2}",
            "job.exit": chance.choice((None, 0, 1, -9, 137)),
            "job.gpu_hours": chance.choice((None, 0.1, 7.5, 1e12)),
            "labels": {"key": program, "odd.é": str(number % 7)} if number % 3 else None,
        }


def leaf(chance: random.Random) -> Query:
    """One part of a search."""
    program, user = chance.choice(PROGRAMS), int(chance.paretovariate(0.8)) % 3_000
    day = START.date() + timedelta(days=chance.randrange(DAYS))
    return chance.choice(
        (
            Term("event.original", program.upper()),
            Term("event.original", f"user{user % 10}* --step ?{chance.randrange(10)}"),
            Term(None, f'{program} --step {chance.randrange(977)} \\\\ "Q"'),
            Term("event.module", "SHELL"),
            Term("event.module", "*"),
            Term("host.name", f"gpu{chance.randrange(7)}*"),
            Term("process.args", program.lower()),
            Term("labels.odd.é", str(chance.randrange(8)), exact=True),
            Term("@timestamp", day.isoformat()),
            OneOf("actor.account", tuple(f"unix:user{user + n}" for n in range(5))),
            OneOf("job.exit", ("0", "137")),
            Between("job.exit", "-9", "1", strict_lower=chance.random() < 0.5),
            Between("job.gpu_hours", "0.1", None),
            Between("@timestamp", day.isoformat(), (day + timedelta(days=9)).isoformat()),
            Exists("process.args"),
            Exists("labels"),
        )
    )


def search(chance: random.Random) -> Query:
    """Up to three parts, joined in some way."""
    parts = tuple(leaf(chance) for _ in range(chance.choice((1, 1, 2, 2, 3))))
    some = tuple(Not(part) if chance.random() < 0.25 else part for part in parts)
    if len(some) == 1:
        return some[0]
    return All(some) if chance.random() < 0.6 else Any(some)


def period(chance: random.Random) -> Question:
    """A search over all time or some days of it."""
    since = START + timedelta(days=chance.randrange(DAYS), seconds=chance.randrange(86_400))
    until = since + timedelta(days=chance.choice((1, 7, 30)))
    bounds = {} if chance.random() < 0.4 else {"since": since, "until": until}
    return Question(query=search(chance), **bounds)


def answers(store: EventStore, question: Question) -> dict[str, object]:
    """What pages ask of a search."""
    first = store.search(question, limit=30, columns=["event.id"])
    second = store.search(question, limit=30, after=first.after, columns=["event.id"])
    return {
        "count": store.count(question),
        "first": (first.events["event.id"].to_pylist(), first.after),
        "second": second.events["event.id"].to_pylist() if first.after else [],
        "hours": store.histogram(question, interval="hour").to_pylist(),
        "days": store.histogram(question, interval="day", by="event.module").to_pylist(),
        "facets": store.facets(question, FACETS, size=7),
    }


@pytest.mark.elastic
@pytest.mark.parametrize(
    ("count", "searches"), [(3_000, 12), pytest.param(200_000, 50, marks=pytest.mark.slow)]
)
def test_both_stores_give_the_same_answers(
    count: int, searches: int, elastic_url: str, tmp_path: Path
) -> None:
    chance, prefix = random.Random(11), f"q{uuid4().hex}"
    lake = open_store((tmp_path / "lake").as_uri())
    elastic = open_store(f"{elastic_url}/{prefix}")
    made = list(rows(count, chance))
    for first in range(0, count, AT_ONCE):
        batch = table(made[first : first + AT_ONCE])
        assert lake.append(batch).stored == elastic.append(batch).stored == batch.num_rows
    found = 0
    for _ in range(searches):
        question = period(chance)
        ours = answers(lake, question)
        assert answers(elastic, question) == ours, question
        found += 0 < int(str(ours["count"])) < count
    assert found > searches // 2  # most of them told events apart
    lake.close()
    elastic.close()
    _forget(elastic_url, prefix)
