"""Squid's own access log: what went through a proxy, and whether its cache had it."""

import re
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow.compute as pc

from analytics.columnar.splitting import Splitting
from analytics.event import Batch, Context, Source
from analytics.hubtraffic.lined import Form, read
from analytics.hubtraffic.parts import Labels, Named, cache_word, in_seconds, labels_of
from analytics.hubtraffic.times import seconds


def _how(result: str, hierarchy: str, content: str, further: str | None) -> Labels:
    return labels_of(
        {
            "cache": cache_word(result),
            "result": result,
            "hierarchy": hierarchy,
            "content_type": content,
            "further": (further or "").strip(),
        }
    )


def _usual(line: Splitting) -> None:
    line.cut("line", " ", "rest")
    line.put("rest", pc.utf8_ltrim(line["rest"], " "))
    told = ("duration", "client", "result", "size", "method", "target", "user", "hierarchy")
    line.split("rest", " ", (*told, "content"))
    line.put("time", line["line"])
    line.match("time", r"^[0-9]{9,11}\.[0-9]{3}$")
    line.match("duration", "^-?[0-9]{1,15}$")
    line.match("result", "^[A-Z_]+/[0-9]{3}$")
    line.match("size", "^(-|[0-9]{1,18})$")
    line.match("method", "^[A-Za-z_:-]+$")
    line.match("hierarchy", "^[A-Z_]+/.")
    line.filled("client", "target", "user", "content")
    line.split("result", "/", ("result", "status"))
    line.put("call", pc.binary_join_element_wise(line["method"], line["target"], " "))


FORM = Form(
    called="Squid's own log format",
    parts=(
        *("time", "duration", "client", "result", "status", "size"),
        *("call", "user", "hierarchy", "content", "further"),
    ),
    usual=(_usual,),
    patterns=(
        re.compile(
            r"([0-9]{9,11}\.[0-9]{3}) +(-?[0-9]{1,15}) ([^ ]++) ([A-Z_]+)/([0-9]{3}) "
            r"(-|[0-9]{1,18}) ([A-Za-z_:-]+ [^ ]++) ([^ ]++) ([A-Z_]+/[^ ]++) ([^ ]++)(.*+)",
            re.DOTALL,
        ),
    ),
    start=re.compile(rb"(?<!\d)\d{9,10}\.\d{3} +\d{1,9} [0-9a-fA-F.:]{3,45} [A-Z_]+/\d{3} "),
    clock=seconds,
    labels=(
        (("result", "hierarchy", "content", "further"), _how),
        (("duration",), Named("request_seconds", in_seconds)),
    ),
    never="/",
)


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """Events of an access log."""
    return read(stream, FORM, context, SOURCE)


def recognises(head: bytes, path: str) -> float:
    """Sure where the lines have Squid's results and hierarchies."""
    return 0.95 if FORM.share(head) >= 0.5 else 0.0


SOURCE = Source(
    name="squid_access",
    family="huggingface",
    title="Squid access log",
    recognises=recognises,
    parse=parse,
)
