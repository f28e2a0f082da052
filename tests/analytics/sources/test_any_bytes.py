"""Whatever bytes come in: no source raises, and none loses a line."""

import importlib
import io
import pkgutil
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import analytics.sources
from analytics.event import Batch, Context, Source, readable
from analytics.fields import SCHEMA

NAMES = sorted(module.name for module in pkgutil.iter_modules(analytics.sources.__path__))
OF_HUB = {"hf_access", "squid_access", "artifactory_request", "nexus_request"}
SHELL = {"auditd", "bash_history", "fish_history", "zsh_history"}
LINE_BY_LINE = sorted((SHELL | OF_HUB) & set(NAMES))
CONTEXT = Context(
    feed="any",
    batch="any",
    origin="any",
    received=datetime(2026, 3, 1, tzinfo=UTC),
    host="gpu03",
    user="asilva",
)
FRAGMENTS = (
    *(b"\n", b"\r\n", b" ", b"\\\n", b"\x00", b"\x1d", b"\x83", b"\xff", b'"', b"'", b"="),
    *(b"|", b"{", b"}", b"[", b"]", b",", b":", b";0;", b"#", b"1767225600", b"99999999999999"),
    *(b"type=SYSCALL msg=audit(1767225600.123:45): ", b"type=EXECVE msg=audit(", b"a0=", b"auid="),
    *(b"type=EOE msg=audit(1767225600.123:45): ", b"node=gpu03 ", b"a0[1]=", b"argc=2", b"name="),
    *(b": 1767225600:0;", b"commit ", b"JobID|User|State", b"CANCELLED by 1017", b"2026-01-01"),
    *(b'{"action":', b'"_id":', b"null", b"[[[[", b"GET /a/b/resolve/main/x.bin", b"git log"),
    *(b"Feb 29 23:59:60 gpu03 ", b"<13>1 2026-02-21T21:54:44Z ", b"sudo: ana : ", b" ; COMMAND="),
    *(b"- cmd: ", b"  when: ", b'{"__REALTIME_TIMESTAMP":"1', b"MESSAGE\n", b'    "accept": {'),
    *(b"2026-02-30T25:61:00", b"-0001", b"1e999", b"NaN", b"\xed\xa0\x80", b"\xef\xbb\xbf"),
)
logs = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.binary(max_size=12)), max_size=40).map(
    b"".join
)


def batches_of(source: Source, log: bytes) -> list[Batch]:
    return list(source.parse(io.BytesIO(log), CONTEXT))


def source_of(name: str) -> Source:
    found: Source = importlib.import_module(f"analytics.sources.{name}").SOURCE
    return found


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None, max_examples=30)
@given(log=logs)
def test_no_bytes_make_a_source_raise(name: str, log: bytes) -> None:
    for batch in batches_of(source_of(name), log):
        assert batch.events.schema == SCHEMA
        assert batch.events["@timestamp"].null_count == 0
        assert batch.events["event.id"].null_count == 0


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None, max_examples=30)
@given(head=logs, path=st.text(max_size=20))
def test_no_bytes_make_recognition_raise(name: str, head: bytes, path: str) -> None:
    assert 0 <= source_of(name).recognises(head, path) <= 1


@pytest.mark.parametrize("name", LINE_BY_LINE)
@settings(deadline=None, max_examples=30)
@given(log=logs)
def test_each_line_is_in_an_event_or_rejected(name: str, log: bytes) -> None:
    kept: list[str] = []
    for batch in batches_of(source_of(name), log):
        kept += batch.events["event.original"].to_pylist()
        kept += [rejected.text for rejected in batch.rejected]
    parts = sorted({line for whole in kept for line in whole.split("\n")} - {""}, key=len)
    for line in log.split(b"\n"):
        text = readable(line.rstrip(b"\r"))
        whole = any(text in one for one in kept)
        assert not text.strip() or whole or _without(text, reversed(parts)).strip() == ""


def _without(line: str, parts: Iterable[str]) -> str:
    """What is left of a line that several records stood in, once these are taken out."""
    for part in parts:
        line = line.replace(part, "", 1)
    return line
