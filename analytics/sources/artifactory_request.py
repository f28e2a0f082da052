"""Artifactory's request log, where Artifactory is the mirror of the Hub."""

import re
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from analytics.columnar.splitting import Splitting
from analytics.event import Batch, Context, Source
from analytics.hubtraffic.lined import Form, read
from analytics.hubtraffic.parts import Named, agent_labels, in_seconds
from analytics.hubtraffic.times import compact, either, iso


def _sent(texts: pa.Array) -> pa.Array:
    return pc.if_else(pc.is_in(texts, NONE_SENT), None, texts)


NONE_SENT = pa.array(["-1", "0"])
NUMBER = r"(-?[0-9]{1,18})"
TIME = r"([0-9-]{10}T[0-9:.]{8,18}(?:Z|[+-][0-9:]{4,6})?)"


def _usual(line: Splitting) -> None:
    asked, told = ("method", "target"), ("status", "sent", "size", "duration", "agent")
    line.split("line", "|", ("time", "trace", "client", "user", *asked, *told))
    line.match("time", f"^{TIME}$")
    line.match("method", "^[A-Z]{1,20}$")
    line.match("status", "^[0-9]{3}$")
    for name in ("sent", "size", "duration"):
        line.match(name, f"^{NUMBER}$")
    line.put("call", pc.binary_join_element_wise(line["method"], line["target"], "|"))


FORM = Form(
    called="Artifactory's request log format",
    parts=(
        *("time", "trace", "client", "user", "call", "status"),
        *("sent", "size", "duration", "agent"),
    ),
    usual=(_usual,),
    patterns=(
        re.compile(
            TIME + r"\|([^|]*)\|([^|]*)\|([^|]*)"
            r"\|([A-Z]{1,20}\|[^|]*)"
            rf"\|([0-9]{{3}})\|{NUMBER}\|{NUMBER}\|{NUMBER}\|(.*)"
        ),
        re.compile(  # Artifactory 6 and before, whose second field is the duration
            r"([0-9]{14})()\|[0-9]{1,15}\|REQUEST\|([^|]*)\|([^|]*)"
            r"\|([A-Z]{1,20}\|[^|]*)"
            rf"\|HTTP/[0-9.]+\|([0-9]{{3}})()\|{NUMBER}()()"
        ),
    ),
    start=re.compile(
        rb"\d{4}-\d\d-\d\dT[\d:.]{8,18}Z?\|[^|\n]{0,64}\|[^|\n]{1,64}\|[^|\n]{0,200}\|[A-Z]{3,20}\|/"
        rb"|(?<!\d)\d{14}\|\d{1,15}\|REQUEST\|"
    ),
    clock=either(iso, compact),
    labels=(
        (("agent",), agent_labels),
        (("trace",), Named("trace")),
        (("duration",), Named("request_seconds", in_seconds)),
        (("sent",), Named("request_bytes", _sent)),
    ),
    never="|",
)


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """Events of a request log."""
    return read(stream, FORM, context, SOURCE)


def recognises(head: bytes, path: str) -> float:
    """Sure where most lines have the fields of a request between bars."""
    return 0.95 if FORM.share(head) >= 0.5 else 0.0


SOURCE = Source(
    name="artifactory_request",
    family="huggingface",
    title="Artifactory request log",
    recognises=recognises,
    parse=parse,
)
