"""Lines of access logs: what is split together means what the form's pattern finds."""

import importlib
import io
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.columnar.splitting import Splitting
from analytics.event import Rejected
from analytics.hubtraffic.lined import Form, read
from tests.analytics.sources.test_golden import GOLDEN, context_of

SAMPLES = [
    GOLDEN / "hf_access/mirror.log",
    GOLDEN / "nexus_request/request.log",
    GOLDEN / "artifactory_request/requests.log",
    GOLDEN / "squid_access/proxy.log",
]
STRAY = ['"', " ", "|", "-", "[", "]", "/", "\\", "\\x22", "?", "%", "\t", "\u00a0", "é", "٣", "\r"]
CHANGE = st.tuples(st.integers(0, 300), st.sampled_from(STRAY), st.integers(0, 2))
named = pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.parent.name)


def form_of(sample: Path) -> Form:
    found: Form = importlib.import_module(f"analytics.sources.{sample.parent.name}").FORM
    return found


def events(sample: Path, form: Form, log: bytes) -> tuple[list[object], list[Rejected]]:
    source = importlib.import_module(f"analytics.sources.{sample.parent.name}").SOURCE
    batches = list(read(io.BytesIO(log), form, context_of(sample), source))
    rejected = [one for batch in batches for one in batch.rejected]
    return [row for batch in batches for row in batch.events.to_pylist()], rejected


@named
def test_most_of_a_sample_is_split_together(sample: Path) -> None:
    texts = pa.array(sample.read_text().splitlines(), pa.string())
    rows = 0
    for usual in form_of(sample).usual:
        split = Splitting("line", texts)
        usual(split)
        rows += len(split.rows)
    assert 2 * rows >= len(texts)


@named
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_lines_that_are_split_together_give_what_each_of_them_gives(
    sample: Path, data: st.DataObject
) -> None:
    form, lines = form_of(sample), sample.read_text().split("\n")
    for at, line in enumerate(lines):
        for place, stray, dropped in data.draw(st.lists(CHANGE, max_size=2), label="changes"):
            lines[at] = line[:place] + stray + line[place + dropped :]
        if data.draw(st.integers(0, 9), label="glued") == 0:
            lines[at] += data.draw(st.sampled_from(lines), label="behind")
    log = "\n".join(lines).encode()
    assert events(sample, form, log) == events(sample, replace(form, usual=()), log)


def test_lines_without_a_referrer_are_split_together_too() -> None:
    sample = SAMPLES[0]
    line = b'10.0.0.1 - asilva [28/Feb/2026:09:14:02 +0100] "GET /a/b/resolve/main/c.bin HTTP/1.1"'
    log = b"\n".join([line + b' 200 10 "-" "curl/8.5"', line + b" 200 11", line + b" 200 -"])
    (combined, common, sizeless), rejected = events(sample, form_of(sample), log)
    assert not rejected
    assert isinstance(combined, dict)
    assert isinstance(common, dict)
    assert isinstance(sizeless, dict)
    sizes = [one["http.response.body.bytes"] for one in (combined, common, sizeless)]
    assert sizes == [10, 11, None]
    assert [one["hf.path"] for one in (combined, common, sizeless)] == ["c.bin"] * 3
    assert [one["user_agent.original"] for one in (combined, common)] == ["curl/8.5", None]
