"""Events to store: a builder, and a set of rows that is hard to search rightly."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from analytics.fields import SCHEMA

Row = Mapping[str, Any]
START = datetime(2026, 1, 30, 22, 0, 0, 123456, tzinfo=UTC)


def event(number: int, **fields: Any) -> Row:
    """An event with an id, a time and these fields, whose dots are written as two underscores."""
    named = {name.replace("__", "."): value for name, value in fields.items()}
    return {
        "@timestamp": START + timedelta(minutes=number),
        "event.id": f"e{number:04}",
        "event.original": f"line {number}",
        **named,
    }


def table(rows: Sequence[Row]) -> pa.Table:
    """The rows with all columns of `SCHEMA`."""
    columns = [pa.array([row.get(f.name) for row in rows], f.type) for f in SCHEMA]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def shell(count: int, first: int = 0) -> pa.Table:
    """Plain events, one a minute."""
    return table(
        [
            event(
                number,
                event__module=("shell", "git", None)[number % 3],
                actor__account=f"unix:user{number % 5}",
                process__args=["python", f"train_{number % 2}.py"],
                job__exit=number % 4,
            )
            for number in range(first, first + count)
        ]
    )


LONG = "x" * 7_990 + "Needle-At-The-Border" + "y" * 9_000 + "LAST needle" + "z" * 3_000
HOSTILE = (
    '"; DROP TABLE events; --',
    "' OR 1=1 --",
    "-rf",
    "a:b:c",
    "C:\\temp\\new",
    "back\\slash*star?mark",
    "{x} {} %s ${jndi:ldap://x}",
    "<script>alert(1)</script>",
    "tab\tnew\nline\r",
    "[a TO b]",
    "AND OR NOT",
    "MÜLLER İstanbul K-elvin Σίσυφος ß",
    "müller istanbul k-elvin σίσυφος SS",
    "🦆 duck é e\u0301",
    "\ue000 \ufffd \u202e",
    "",
    " ",
    "null",
    "#@&<>~.+|()",
)
HARD: list[Row] = [
    *(
        event(
            number,
            event__original=text,
            user__name=text,
            process__args=[text, "python"],
            labels={"note": text, "odd.key é": "V"},
        )
        for number, text in enumerate(HOSTILE)
    ),
    event(100),
    event(101, event__original=LONG, process__command_line=LONG[::-1], user__name="Alice"),
    event(102, user__name="alice", job__exit=-5, job__gpu_hours=0.1, git__protected=True),
    event(103, user__name="ALICE", job__exit=0, job__gpu_hours=-1e300, git__protected=False),
    event(104, user__name="Alice Bob", job__exit=2**63 - 1, process__args=[]),
    event(105, process__args=[""], labels={}, message="Alice cancelled job 7 of bob"),
    event(106, process__args=["", "rm", "-RF"], labels={"note": "Alice"}, user__name="alic"),
    event(60 * 24 * 3, file__path="/shared/ckpt/Model.safetensors", job__exit=9),
    event(60 * 24 * 40, file__path="/shared/ckpt/model.PT", job__exit=9),
]
