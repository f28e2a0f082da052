"""Spans where a site wants them, and nothing where it does not."""

import json
import os
import subprocess
import sys
from contextlib import nullcontext

import pytest

from auditapp import tracing

SPANS = """
import uuid
from auditapp import tracing
with tracing.span("take in", batch="4711", source="auditd"):
    with tracing.span("parse"):
        pass
"""


def spans(**environment: str) -> list[dict[str, object]]:
    """What a process prints that makes spans in such an environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    done = subprocess.run(
        [sys.executable, "-c", SPANS],
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    decoder, text, found = json.JSONDecoder(), done.stdout.strip(), []
    while text:
        span, end = decoder.raw_decode(text)
        found.append(span)
        text = text[end:].strip()
    return found


def test_a_span_a_stage_carries_the_batch() -> None:
    pytest.importorskip("opentelemetry.sdk")
    parse, whole = spans(OTEL_TRACES_EXPORTER="console", OTEL_SERVICE_NAME="foureyes")
    assert (parse["name"], whole["name"]) == ("parse", "take in")
    assert whole["attributes"] == {"foureyes.batch": "4711", "foureyes.source": "auditd"}
    assert parse["parent_id"] == whole["context"]["span_id"]  # type: ignore[index]


@pytest.mark.parametrize(
    "environment",
    [{}, {"OTEL_TRACES_EXPORTER": "none"}, {"OTEL_SDK_DISABLED": "true"}],
)
def test_nothing_is_traced_unless_somebody_asks_for_it(environment: dict[str, str]) -> None:
    assert spans(**environment) == []


def test_without_an_exporter_a_span_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OTEL_TRACES_EXPORTER", *tracing.ENDPOINTS):
        monkeypatch.delenv(name, raising=False)
    tracing._tracer.cache_clear()
    assert isinstance(tracing.span("parse"), nullcontext)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    assert tracing.wanted() == "otlp"
