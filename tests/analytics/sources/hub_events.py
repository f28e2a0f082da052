"""Events of the Hub's audit log, made from its published schema: always the same ones."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

NEWEST = 1_772_236_800  # 2026-02-28 00:00 UTC
TEXTS = {
    "user": "ana-s",
    "message": "did it",
    "ip": "192.0.2.0",
    "country": "PT",
    "last4": "x9Zq",
    "id": "6601aa00bb11cc22dd33ee44",
}


def schema_of(real_logs: Path) -> dict[str, Any]:
    """What an event looks like."""
    told = json.loads((real_logs / "huggingface/audit-log-export.schema.json").read_bytes())
    content = told["responses"]["200"]["content"]["application/json"]["schema"]
    items: dict[str, Any] = content["items"]
    return items


def example(schema: dict[str, Any], name: str, number: int, full: bool) -> Any:
    """A value that the schema allows; `full` with all that may be there."""
    if "enum" in schema:
        return schema["enum"][number % len(schema["enum"])]
    if schema.get("type") == "object":
        properties = schema["properties"]
        wanted = properties if full else schema.get("required", ())
        return {key: example(properties[key], key, number, full) for key in wanted}
    if schema.get("type") == "boolean":
        return number % 2 == 1
    if schema.get("format") == "date-time":
        return time_of(number)
    hexadecimal = "0-9a-f" in schema.get("pattern", "")
    text = f"{number + 1:024x}" if hexadecimal else TEXTS.get(name, f"{name} {number}")
    return schema.get("const", text)


def time_of(number: int) -> str:
    """When the event of that number happened, an hour before the one of the number before."""
    moment = datetime.fromtimestamp(NEWEST - 3600 * number, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def events(schema: dict[str, Any], count: int) -> Iterator[dict[str, Any]]:
    """So many events, the newest first, of one type after another."""
    for number in range(count):
        yield example(schema, "", number, full=number % 3 != 2)
