"""Whatever stands where a forge writes a name, a number or an object: nothing raises or is lost."""

import importlib
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from analytics.event import Source
from tests.analytics.sources.test_golden import CONTEXT, SAMPLES

FORGES = {"bitbucket_audit", "gerrit_events", "gitea_webhook", "gitlab_audit"}
FORGES |= {"gitlab_production", "gitlab_webhook"}
DEEP = "[" * 990 + "]" * 990  # too deep to be compared, hashed or printed
HOSTILE = (DEEP, "null", "{}", "-1", '"\\u0000"')
HERE = "the value"


def replaced(value: Any, place: Any = HERE) -> Iterator[Any]:
    """The same with one part after the other replaced."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(items):
        value[key] = place
        yield value
        value[key] = inner
        if isinstance(inner, dict | list):
            for _ in replaced(inner, place):
                yield value


def lines_of(log: bytes) -> list[Any]:
    try:
        return [json.loads(log)]
    except json.JSONDecodeError:
        return [json.loads(line) for line in log.splitlines()]


@pytest.mark.parametrize("name", sorted(FORGES))
def test_no_value_makes_a_source_of_a_forge_raise(name: str) -> None:
    source: Source = importlib.import_module(f"analytics.sources.{name}").SOURCE
    documents = [
        document
        for sample in SAMPLES
        if sample.parent.name == name and sample.read_bytes()[:1] in (b"{", b"[")
        for document in lines_of(sample.read_bytes())
    ]
    for document in documents:
        variants = [json.dumps(variant) for variant in replaced(document)]
        for hostile in HOSTILE:
            told = [text.replace(json.dumps(HERE), hostile) for text in variants]
            batches = list(source.parse(io.BytesIO("\n".join(told).encode()), CONTEXT))
            kept = sum(len(batch.rejected) + batch.events.num_rows for batch in batches)
            assert kept >= len(told)
            for text in told[:10]:
                assert 0 <= source.recognises(text.encode(), "x") <= 1
