"""Whatever comes in raises nothing but the errors that are documented."""

import gzip
import io
import warnings
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics import pipeline
from analytics.detection.loading import OWN_RULES, load
from analytics.detection.matcher import match
from analytics.event import Batch, Context, Source
from analytics.fields import SCHEMA
from analytics.reading import Unreadable, documents, lines, plain
from analytics.store.query import QueryError, parse
from tests.long.mutations import mutated

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
CONTEXT = Context(
    feed="any",
    batch="any",
    origin="any",
    received=datetime(2026, 12, 1, tzinfo=UTC),
    host="gpu03",
    user="asilva",
)
SAMPLES = {
    name: [
        path.read_bytes()
        for path in sorted((GOLDEN / name).iterdir())
        if not path.name.endswith((".expected.json", ".context.json"))
    ]
    for name in pipeline.log_sources()
}
EVERY_SAMPLE = [sample for samples in SAMPLES.values() for sample in samples]
RULES = load([OWN_RULES])
RULE_FILES = [path.read_bytes() for path in sorted(OWN_RULES.rglob("*.yml"))]
long = settings(
    max_examples=2000,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


def batches_of(source: Source, log: bytes) -> list[Batch]:
    return list(source.parse(io.BytesIO(log), CONTEXT))


@pytest.mark.parametrize("name", pipeline.log_sources())
def test_no_damage_to_a_log_makes_its_source_or_a_rule_raise(name: str) -> None:
    source = pipeline.log_sources()[name]

    @long
    @given(log=st.one_of(mutated(SAMPLES[name]), mutated(EVERY_SAMPLE), st.binary(max_size=300)))
    def try_it(log: bytes) -> None:
        assert 0 <= source.recognises(log[: pipeline.HEAD], "log") <= 1
        found = batches_of(source, log)
        for batch in found:
            batch.events.validate(full=True)
            assert batch.events.schema == SCHEMA
            assert batch.events["@timestamp"].null_count == 0
            assert batch.events["event.id"].null_count == 0
            assert match(RULES, batch.events) is not None
        again = batches_of(source, log)
        assert [batch.events for batch in again] == [batch.events for batch in found]
        assert [batch.rejected for batch in again] == [batch.rejected for batch in found]

    try_it()


words = st.sampled_from(
    (
        *("user.name:", "event.original:", "process.pid:", "@timestamp:", "labels.x:", "nobody:"),
        *("AND", "OR", "NOT", "TO", "(", ")", "[", "]", "{", "}", '"', "\\", "*", "?", ">=", "<"),
        *("-", "+", "&&", "||", "!", ":", "/", "~", "^", " ", "\n", "\x00", "alice", "10", "1e9"),
        *("2026-01-01", "now-7d", "é", "\ud800", "(" * 50, "NOT " * 50, "a" * 300, "-1", "null"),
    )
)
typed = st.one_of(
    st.text(max_size=200), st.lists(words, max_size=60).map("".join), words.map(lambda w: w * 3000)
)


@long
@given(text=typed)
def test_whatever_is_typed_is_a_search_or_a_query_error(text: str) -> None:
    try:
        parse(text)
    except QueryError as error:
        assert str(error)
        assert error.at is None or 0 <= error.at <= len(text)


@long
@given(log=st.one_of(mutated(EVERY_SAMPLE), st.binary()))
def test_any_bytes_are_lines_and_documents(log: bytes) -> None:
    found = list(lines(io.BytesIO(log)))
    assert [line.number for line in found] == list(range(1, len(found) + 1))
    for line in found:
        assert log[line.offset :].startswith(line.text)
    for document in documents(io.BytesIO(log)):
        assert document.error is not None or document.raw


def zipped(log: bytes) -> bytes:
    """A zip of one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("log", log)
    return out.getvalue()


ARCHIVES = [pack(EVERY_SAMPLE[0]) for pack in (gzip.compress, zstandard.compress, zipped)]


@long
@given(packed=mutated(ARCHIVES))
def test_a_damaged_archive_is_read_or_unreadable(packed: bytes) -> None:
    with warnings.catch_warnings(action="ignore"):  # zipfile's, of names that stand there twice
        try:
            with plain(io.BytesIO(packed)) as unpacked:
                while unpacked.read(1 << 16):
                    pass
        except Unreadable as error:
            assert str(error)


@long
@given(text=st.one_of(mutated(RULE_FILES), st.binary(max_size=200)))
def test_a_damaged_rule_is_refused_with_a_reason_or_can_be_matched(
    tmp_path: Path, text: bytes
) -> None:
    (tmp_path / "rule.yml").write_bytes(text)
    found = load([tmp_path])
    assert all(refused.reason for refused in found.refused)
    if found.rules:
        (batch,) = batches_of(pipeline.log_sources()["bash_history"], b"#1767225600\nhistory -c\n")
        match(found, batch.events)
