"""Sends to the doors of other collectors."""

from pathlib import Path
from typing import Any

from django.test import Client

from auditapp.ingest import work
from auditapp.ingest.models import Batch, RejectedLine

SAMPLES = Path(__file__).resolve().parents[4] / "tests/golden"
JSON = "application/json"


def post(address: str, body: bytes, token: str = "", kind: str = JSON, **headers: str) -> Any:
    """The answer to a body that comes with a token as Splunk wants it, or with `headers` alone."""
    given = {"Authorization": f"Splunk {token}"} if token else {}
    always = {"CONTENT_TYPE": kind}  # also where the body is empty
    return Client().post(address, body, content_type=kind, headers=given | headers, **always)


def taken_in() -> list[Batch]:
    """Every batch, after a worker has been at them."""
    for batch in Batch.objects.all():
        work.process(batch.id)
    return list(Batch.objects.order_by("received"))


def reasons() -> list[tuple[int, str]]:
    """Line and reason of what was rejected."""
    return list(RejectedLine.objects.order_by("line").values_list("line", "reason"))
