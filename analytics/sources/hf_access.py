"""Access logs (nginx or Apache, common or combined) of a Hugging Face mirror or proxy."""

import re
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import pyarrow.compute as pc

from analytics.columnar.splitting import Splitting
from analytics.event import Batch, Context, Source
from analytics.hubtraffic.lined import Form, read, split_head
from analytics.hubtraffic.parts import Labels, added_labels, agent_labels, labels_of, told
from analytics.hubtraffic.times import web

QUOTED = r'"([^"\\]*+(?:\\.[^"\\]*+)*)"'
NEXT = '] "'  # stands in front of each request
BEGUN = r" \[([^\]]++)\] "


def _referrer(text: str | None) -> Labels:
    return labels_of({"referrer": told(text)})


def _further(text: str | None) -> Labels:
    return labels_of(added_labels(text) | {"further": text.strip()}) if text else ((), ())


def _combined(line: Splitting) -> None:
    behind = ("answer", "referrer", "between", "agent", "further")
    line.without("line", "\\")
    line.split("line", '"', ("head", "request", *behind), most=6)
    line.match("between", "^ $")
    line.leave(~np.asarray(pc.match_substring(line["further"], NEXT)))
    line.match("answer", "^ [0-9]{3} [0-9]{1,18} $")
    line.split("answer", " ", ("", "status", "size", ""))
    split_head(line)


def _common(line: Splitting) -> None:
    line.without("line", "\\")
    line.split("line", '"', ("head", "request", "answer"))
    line.match("answer", "^ [0-9]{3} [0-9]{1,18}$")
    line.split("answer", " ", ("", "status", "size"))
    split_head(line)


FORM = Form(
    called="the combined log format",
    parts=(
        *("client", "user", "time", "request", "status", "size"),
        *("referrer", "agent", "further"),
    ),
    usual=(_combined, _common),
    patterns=(
        re.compile(  # without what is escaped
            r"([^ ]++) [^ ]++ ([^ ]++)"
            + BEGUN
            + r'"([^"\\]*+)" ([0-9]{3}) ([0-9]{1,18}+)(?: "([^"\\]*+)" "([^"\\]*+)")?(.*+)',
            re.DOTALL,
        ),
        re.compile(
            r"(\S++(?: \S++)*?) \S++ (\S++)"
            + BEGUN
            + rf"{QUOTED} ([0-9]{{3}}|-) ([0-9]{{1,18}}+|-)(?: {QUOTED} {QUOTED})?(.*)",
            re.DOTALL | re.ASCII,
        ),
    ),
    start=re.compile(
        rb"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3} \S+ \S+ "
        rb'\[\d\d/[A-Z][a-z]{2}/\d{4}:[^\]"]{1,20}\] "'
    ),
    clock=web,
    labels=(
        (("agent",), agent_labels),
        (("referrer",), _referrer),
        (("further",), _further),
    ),
    never=NEXT,
)
HUB_PATH = re.compile(
    rb'"[A-Z]+ \S*?(?:/resolve/[^/ "]+/[^ "]|/api/(?:models|datasets|spaces|resolve-cache)/'
    rb"|\.git/info/lfs/)"
)
OF_NEXUS = re.compile(rb'" \d{3}(?: (?:\d+|-)){2,3} "[^"\n]*"(?: \[|\r?\n|$)')


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """Events of an access log."""
    return read(stream, FORM, context, SOURCE)


def recognises(head: bytes, path: str) -> float:
    """Sure where an access log asks for the hub's paths, and is not one of Nexus."""
    if not HUB_PATH.search(head) or OF_NEXUS.search(head):
        return 0.0
    return 0.95 if FORM.share(head) >= 0.5 else 0.0


SOURCE = Source(
    name="hf_access",
    family="huggingface",
    title="Hugging Face mirror access log",
    recognises=recognises,
    parse=parse,
)
