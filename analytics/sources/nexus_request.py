"""Nexus Repository's request log, where Nexus is the mirror of the Hub."""

import re
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow.compute as pc

from analytics.columnar.splitting import Splitting
from analytics.event import Batch, Context, Source
from analytics.hubtraffic.lined import Form, read, split_head
from analytics.hubtraffic.parts import Named, agent_labels, in_seconds
from analytics.hubtraffic.times import web

COUNT = "([0-9]{1,18}|-)"


def _usual(line: Splitting) -> None:
    line.split("line", '"', ("head", "request", "answer", "agent", "thread"))
    line.match("thread", r"^( \[[^\]]*\])?$")
    line.put("thread", pc.utf8_slice_codeunits(line["thread"], 2, -1))
    line.match("answer", f"^ [0-9]{{3}} {COUNT} {COUNT} ([0-9]{{1,15}}|-) $")
    line.split("answer", " ", ("", "status", "sent", "size", "duration", ""))
    split_head(line)


FORM = Form(
    called="Nexus' request log format",
    parts=(
        *("client", "user", "time", "request", "status"),
        *("sent", "size", "duration", "agent", "thread"),
    ),
    usual=(_usual,),
    patterns=(
        re.compile(
            r'([^ ]++) [^ ]++ ([^ ]++) \[([^\]]++)\] "([^"]*+)" ([0-9]{3})'
            r"(?: ([0-9]{1,18}|-))? ([0-9]{1,18}|-) ([0-9]{1,15}|-)"
            r' "([^"]*+)"(?: \[([^\]]*+)\])?'
        ),
    ),
    start=re.compile(
        rb"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3} \S+ \S+ "
        rb'\[\d\d/[A-Z][a-z]{2}/\d{4}:[^\]"]{1,20}\] "'
    ),
    clock=web,
    labels=(
        (("agent",), agent_labels),
        (("sent",), Named("request_bytes")),
        (("duration",), Named("request_seconds", in_seconds)),
        (("thread",), Named("thread")),
    ),
)
PLACE = re.compile(rb'" \d{3}(?: (?:\d+|-)){2,3} "[^"\n]*"(?: \[[^\]\n]*\])?\r?(?:\n|$)')


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """Events of a request log."""
    return read(stream, FORM, context, SOURCE)


def recognises(head: bytes, path: str) -> float:
    """Sure of lines with Nexus' numbers between status and client, and paths of repositories."""
    if not PLACE.search(head) or not (b"/repository/" in head or b"/service/rest/" in head):
        return 0.0
    return 0.95 if FORM.share(head) >= 0.5 else 0.0


SOURCE = Source(
    name="nexus_request",
    family="huggingface",
    title="Nexus request log",
    recognises=recognises,
    parse=parse,
)
