"""How searches are read, and what is said of those that are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.store.query import (
    All,
    Any,
    Between,
    Exists,
    Not,
    Query,
    QueryError,
    Term,
    parse,
)

A, B, C = (Term(None, letter) for letter in "abc")


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", None),
        (" \t\n", None),
        ("*", All(())),
        ("a", A),
        ('"a b"', Term(None, "a b", exact=True)),
        ("a b", All((A, B))),
        ("a AND b", All((A, B))),
        ("a && b", All((A, B))),
        ("a OR b", Any((A, B))),
        ("a || b", Any((A, B))),
        ("a b OR c", Any((All((A, B)), C))),
        ("a (b OR c)", All((A, Any((B, C))))),
        ("NOT a", Not(A)),
        ("-a +b !c", All((Not(A), B, Not(C)))),
        ("NOT NOT a", A),
        ("NOT (a b)", Not(All((A, B)))),
        ("and or not to", All(tuple(Term(None, word) for word in ("and", "or", "not", "to")))),
        ("ANDROID", Term(None, "ANDROID")),
        ("user.name:bob", Term("user.name", "bob")),
        ("actor.account:unix:bob", Term("actor.account", "unix:bob")),
        ('user.name:"-b:\\"x\\" \\d\\\\"', Term("user.name", '-b:"x" \\d\\', exact=True)),
        ("user.name:b\\ o\\*b*", Term("user.name", "b\\ o\\*b*")),
        ("user.name:*", Exists("user.name")),
        ("_exists_:labels.x", Exists("labels.x")),
        ("labels.x-y:1", Term("labels.x-y", "1")),
        ("user.name:(a OR -b)", Any((Term("user.name", "a"), Not(Term("user.name", "b"))))),
        ("job.exit:-5", Term("job.exit", "-5")),
        ("job.exit:>=5", Between("job.exit", "5", None)),
        ("job.exit:>5", Between("job.exit", "5", None, strict_lower=True)),
        ("job.exit:<=5", Between("job.exit", None, "5")),
        ("job.exit:<5", Between("job.exit", None, "5", strict_upper=True)),
        ("job.exit:[-1 TO 5]", Between("job.exit", "-1", "5")),
        ("job.exit:{1 TO *]", Between("job.exit", "1", None, strict_lower=True)),
        ('user.name:[ "a b" TO c\\ d }', Between("user.name", "a b", "c d", strict_upper=True)),
        ("@timestamp:>2026-01-31", Between("@timestamp", "2026-01-31", None, strict_lower=True)),
    ],
)
def test_what_is_typed_becomes_a_query(text: str, query: Query | None) -> None:
    assert parse(text) == query


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a user:bob", 'at character 3: there is no field "user"'),
        ("User.Name:bob", "did you mean user.name"),
        ("account:x", "actor.account or owner.account"),
        ("http://x", "a colon is typed in quotes"),
        ("a AND", "at character 6: a field or a word was expected"),
        ("OR a", "at character 1: a field or a word was expected"),
        ("a OR OR b", "at character 6"),
        ("()", "these brackets are empty"),
        ("a (b", "at character 3: this bracket is never closed"),
        ("a)", "at character 2: this bracket was never opened"),
        ("user.name: bob", "user.name: stands without a value"),
        ('user.name:"bob', "at character 11: this quote is never closed"),
        ("- a", "without a space"),
        ("job.exit:[1 5]", r"a range is written \[a TO b\]"),
        ("job.exit:[1 TO 5", "this range is never closed"),
        ("job.exit:five", 'job.exit is a whole number, not "five"'),
        ("job.exit:1_0", "whole number"),
        ("job.exit:9223372036854775808", "whole number"),
        ("job.gpu_hours:nan", "job.gpu_hours is a number"),
        ("job.exit:5*", "takes no wildcards"),
        ("git.protected:maybe", "git.protected is true or false"),
        ("@timestamp:yesterday", "@timestamp is a time such as"),
        ("@timestamp:9999-12-31", "@timestamp is a time such as"),
        ("file.path:[a TO b]", "file.path has no order"),
        ("labels:x", "which label"),
        ("labels.x:a*", "labels take no wildcards"),
        ('message:""', "an empty text is part of every text"),
        ("x" * 251, "at most 250 characters"),
        ("user.name:" + "x" * 901, "at most 900 characters"),
        ("user.name:" + "?" * 11, "at most 10 wildcards"),
        ("(" * 11 + "a" + ")" * 11, "at most 10 deep"),
        ("a " * 501, "at most 500 terms"),
        ("a" * 8_001, "at most 8000 characters"),
    ],
)
def test_what_is_no_search_is_told_why_and_where(text: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        parse(text)


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        parse(text)
    except QueryError as error:
        assert len(str(error)) > 10


@given(st.text(min_size=1, max_size=50))
def test_any_value_can_be_typed_in_quotes(value: str) -> None:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    assert parse(f'user.name:"{escaped}"') == Term("user.name", value, exact=True)
