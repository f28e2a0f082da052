"""Any search finds the same events in both stores, and those that plain Python finds."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from analytics.store.base import EventStore, Question
from analytics.store.meaning import leaves
from analytics.store.query import (
    All,
    Any,
    Between,
    Exists,
    Not,
    OneOf,
    Query,
    QueryError,
    Term,
    parse,
)
from tests.analytics.store.oracle import holds
from tests.analytics.store.samples import HARD, HOSTILE, LONG, table

WORDS = sorted({*HOSTILE, "alice", "ALICE", "python", "needle", "V", "-rf", "line 10", "é", "k"})
TEXT_FIELDS = (None, "event.original", "process.command_line", "message", "file.path")
WORD_FIELDS = ("user.name", "process.args", "event.id", "host.name")


@st.composite
def pieces(draw: st.DrawFn) -> str:
    """Part of a text that stands in some row, or nearly so."""
    text = draw(st.sampled_from([*WORDS, LONG[7_950:8_050], LONG[-3_050:-2_950]]))
    start = draw(st.integers(0, len(text)))
    part = text[start : draw(st.integers(start, len(text)))]
    return draw(st.sampled_from([text, part, part.upper(), part.lower()]))


@st.composite
def patterns(draw: st.DrawFn) -> str:
    """A value with wildcards and escapes."""
    parts = draw(st.lists(pieces(), min_size=1, max_size=3))
    escaped = ["".join(f"\\{c}" if c in "*?\\" else c for c in part) for part in parts]
    wild = st.sampled_from(["*", "?", "*?", ""])
    return draw(wild) + draw(wild).join(escaped) + draw(wild)


BOUNDS = {
    "job.exit": st.sampled_from(["-5", "0", "9", str(2**63 - 1), str(-(2**63))]),
    "job.gpu_hours": st.sampled_from(["0.1", "-1e300", "0", "1e-9"]),
    "@timestamp": st.sampled_from(
        ["2026-01-30", "2026-01-31", "2026-01-30T22:01:00.123456Z", "2026-01-31T00:00:00+01:00"]
    ),
    "user.name": pieces(),
    "process.args": pieces(),
}
between = st.sampled_from(sorted(BOUNDS)).flatmap(
    lambda field: st.builds(
        Between,
        st.just(field),
        st.none() | BOUNDS[field],
        st.none() | BOUNDS[field],
        st.booleans(),
        st.booleans(),
    )
)
fields = st.sampled_from([*TEXT_FIELDS, *WORD_FIELDS])
leaf = st.one_of(
    st.builds(Term, fields, pieces(), st.just(True)),
    st.builds(Term, fields, patterns(), st.just(False)),
    st.builds(Term, st.sampled_from(["labels.note", "labels.odd.key é"]), pieces(), st.just(True)),
    st.builds(Term, st.just("git.protected"), st.sampled_from(["true", "False"])),
    st.builds(Term, st.just("job.exit"), BOUNDS["job.exit"]),
    st.builds(Term, st.just("job.gpu_hours"), BOUNDS["job.gpu_hours"]),
    st.builds(Term, st.just("@timestamp"), BOUNDS["@timestamp"]),
    st.builds(
        Exists,
        st.sampled_from(
            ["user.name", "process.args", "labels", "labels.note", "job.exit", "event.original"]
        ),
    ),
    st.builds(Exists, st.sampled_from(["git.protected", "@timestamp", "process.command_line"])),
    st.builds(
        OneOf,
        st.sampled_from(["user.name", "process.args", "event.original", "labels.note"]),
        st.lists(st.sampled_from(WORDS), max_size=3).map(tuple),
    ),
    st.builds(OneOf, st.just("job.exit"), st.lists(BOUNDS["job.exit"], max_size=3).map(tuple)),
    between,
)
queries = st.recursive(
    leaf,
    lambda part: st.one_of(
        st.builds(Not, part),
        st.builds(All, st.lists(part, max_size=3).map(tuple)),
        st.builds(Any, st.lists(part, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def filled(lasting_store: EventStore) -> Iterator[EventStore]:
    lasting_store.append(table(HARD))
    yield lasting_store


def found(store: EventStore, query: Query | None) -> list[str]:
    question = Question(query=query)
    ids: list[str] = store.search(question, columns=["event.id"]).events["event.id"].to_pylist()
    assert store.count(question) == len(ids)
    return sorted(ids)


def expected(query: Query | None) -> list[str]:
    return sorted(row["event.id"] for row in HARD if holds(query, row))


def makes_sense(query: Query) -> bool:
    match query:
        case Not(part):
            return makes_sense(part)
        case All(parts) | Any(parts):
            return all(makes_sense(part) for part in parts)
        case _:
            try:
                return bool(leaves(query))
            except ValueError:
                return False


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(query=queries)
def test_any_search_finds_what_plain_python_finds(filled: EventStore, query: Query) -> None:
    assume(makes_sense(query))
    assert found(filled, query) == expected(query)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "alice",
        "NOT alice",
        "-user.name:alice user.name:*",
        "user.name:alice*",
        "user.name:?lice",
        'user.name:"-rf"',
        'user.name:"\\"; DROP TABLE events; --"',
        "event.original:\\[a",
        "user.name:a:b:c",
        'user.name:"C:\\temp\\new"',
        "event.original:slash\\*star",
        "event.original:back*mark",
        "event.original:needle-at-the-border",
        "event.original:x*needle",
        "event.original:border*last",
        "event.original:needle*last",
        "process.args:(rm AND -rf)",
        'process.args:(rm "-rf")',
        "labels.note:alice OR labels.note:null",
        "job.exit:>=9",
        "job.exit:{0 TO 9}",
        "job.exit:[* TO -5]",
        "job.gpu_hours:<0.2",
        "git.protected:true",
        "@timestamp:2026-01-31",
        "@timestamp:[2026-01-30 TO 2026-01-31}",
        "@timestamp:>2026-01-31",
        "_exists_:labels NOT _exists_:labels.note",
        "müller",
        "MÜLLER",
        "k-elvin",
        "istanbul",
        "ß",
        "é",
        "(alice OR duck) AND NOT (cancelled OR user.name:alic)",
    ],
)
def test_a_typed_search_finds_what_plain_python_finds(filled: EventStore, text: str) -> None:
    query = parse(text)
    assert found(filled, query) == expected(query)


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(text=st.text(st.sampled_from('ab*?:"\\()[]{}<>=!-+& TOANDR.é'), max_size=30))
def test_whatever_is_typed_is_found_or_refused(lake: EventStore, text: str) -> None:
    try:
        query = parse(text)
    except QueryError as error:
        assert str(error)
    else:
        assert found(lake, query) == expected(query)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EventStore]:
    from analytics.store import open_store

    store = open_store((tmp_path_factory.mktemp("typed") / "lake").as_uri())
    store.append(table(HARD))
    yield store
    store.close()


@pytest.mark.parametrize("value", ["a" * 250, "ab" * 125, "ü" * 250, "🦆" * 250, "x*" + "x" * 248])
def test_the_longest_values_are_searched(filled: EventStore, value: str) -> None:
    query = Term("event.original", value)
    assert found(filled, query) == expected(query)


@pytest.mark.parametrize("letter", "aü")
def test_the_longest_whole_values_are_searched(filled: EventStore, letter: str) -> None:
    query = Term("user.name", letter * 900)
    assert found(filled, query) == []


@pytest.mark.parametrize("value", ["a??????????b", "*a*b*c*d*e*f*g*h*", "?a?a?a?a?a?a?a?a?a?a"])
def test_the_most_wildcards_are_searched(filled: EventStore, value: str) -> None:
    for field in ("event.original", "user.name"):
        assert found(filled, Term(field, value)) == expected(Term(field, value))


def test_the_deepest_brackets_are_searched(filled: EventStore) -> None:
    query = parse("(a OR NOT (b AND " * 5 + "alice" + "))" * 5)
    assert found(filled, query) == expected(query)


def test_many_accounts_are_searched_at_once(filled: EventStore) -> None:
    query = OneOf("user.name", (*(f"unix:user{number}" for number in range(20_000)), "Alice"))
    assert found(filled, query) == expected(query)
