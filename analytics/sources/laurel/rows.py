"""The row of one of LAUREL's events."""

import re

from analytics.auditing.actors import Descent
from analytics.auditing.joining import Joined
from analytics.auditing.rows import row_with
from analytics.auditing.tables import Row
from analytics.event import Context, readable
from analytics.jsonlog.values import mapping
from analytics.reading import Document
from analytics.sources.laurel.enrichment import add_enrichment
from analytics.sources.laurel.records import leading, records_of, word

STAMP = re.compile(r"\d{1,11}\.\d{1,6}:\d{1,20}", re.ASCII)


def stamp_in(identity: object) -> str | None:
    """The identity of an audit event, where it is one."""
    found = STAMP.fullmatch(identity) if isinstance(identity, str) else None
    return found[0] if found else None


def read(document: Document, context: Context, descent: Descent) -> Row | str:
    """The row of an event as raw audit records would give it, with what LAUREL adds."""
    told = mapping(document.value)
    stamp = stamp_in(told.get("ID"))
    if stamp is None:
        return "no ID of an audit event, as seconds.milliseconds:serial"
    node = word(told.get("NODE"))
    event = Joined(
        line=document.number,
        prefix=f"node={node} " if node else "",
        stamp=stamp,
        text=readable(document.raw),
        size=0,
    )
    records = records_of(told)
    row = row_with(records, leading(told, records), event, context, descent)
    add_enrichment(row, told)
    return row
