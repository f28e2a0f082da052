"""Correlations and hits out of a few words, for tests."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from analytics.detection.correlations.correlation import Bound, Correlation, Kind
from analytics.detection.correlations.gathering import COLUMNS, FIELD, joined
from analytics.findings import Severity
from tests.analytics.detection.correlations.naive import Hit

START = datetime(2026, 11, 23, tzinfo=UTC)
SPAN = timedelta(minutes=10)
ALWAYS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
RULES = ("a", "b", "c")


def correlation(kind: Kind, *bounds: Bound, **more: Any) -> Correlation:
    """A correlation over ten minutes, by user."""
    told: dict[str, Any] = {
        "id": "correlated",
        "version": "1",
        "names": frozenset(),
        "title": "Correlated",
        "severity": Severity.HIGH,
        "confidence": 0.5,
        "tags": (),
        "tactics": (),
        "path": Path("correlated.yml"),
        "description": "",
        "falsepositives": (),
        "object": None,
        "rules": RULES,
        "group_by": ("user",),
        "timespan": SPAN,
        **more,
    }
    return Correlation(kind=kind, bounds=bounds, **told)


def table(hits: Sequence[Hit]) -> pa.Table:
    """The hits in this order."""
    names = sorted({name for hit in hits for name in hit.fields})
    rows = [
        {"rule": hit.rule, "event": hit.event, "time": hit.time}
        | {"account": f"unix:{hit.fields.get('user')}"}
        | {FIELD + name: hit.fields.get(name) for name in names}
        for hit in hits
    ]
    schema = COLUMNS
    for name in names:
        schema = schema.append(pa.field(FIELD + name, pa.string()))
    return joined([pa.Table.from_pylist(rows, schema)])


def at(minute: float, rule: str = "a", user: str = "ana", **fields: str) -> Hit:
    """A hit of an event of its own."""
    time = START + timedelta(minutes=minute)
    return Hit(rule, f"{rule}{user}{minute}{fields}", time, {"user": user, **fields})
