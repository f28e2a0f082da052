"""Traces, where a site wants them: a span a stage, with the batch's id.

Off unless the OpenTelemetry SDK is installed and its environment names an exporter
(OTEL_TRACES_EXPORTER, or an OTLP endpoint); then OTEL_SERVICE_NAME, samplers and the rest of its
environment hold too.
"""

import os
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from typing import Any

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def span(name: str, **attributes: str | int | None) -> AbstractContextManager[Any]:
    """A span with these attributes, or nothing that costs anything."""
    tracer = _tracer(os.getpid())
    if tracer is None:
        return nullcontext()
    said = {f"foureyes.{key}": value for key, value in attributes.items() if value is not None}
    opened: AbstractContextManager[Any] = tracer.start_as_current_span(name, attributes=said)
    return opened


def wanted() -> str:
    """The exporter that the environment names: otlp, console, or none."""
    named = os.environ.get("OTEL_TRACES_EXPORTER", "").strip().lower()
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return "none"
    return named or ("otlp" if any(map(os.environ.get, ENDPOINTS)) else "none")


@lru_cache(maxsize=4)
def _tracer(_process: int) -> Any:
    """This process's tracer; threads that send spans do not outlive a fork."""
    exporter = wanted()
    if exporter not in ("otlp", "console"):
        return None
    try:
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import (
            BatchSpanProcessor,
            ConsoleSpanExporter,
            SimpleSpanProcessor,
        )

        provider = TracerProvider()
        if exporter == "console":
            provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter()))
        else:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

            provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    except ImportError:
        return None
    return provider.get_tracer("foureyes")
