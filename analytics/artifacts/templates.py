"""Chat templates: where they stand, and what one that leaves its bounds looks like."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

import orjson

from analytics.artifacts.verdict import Finding, Verdict

LONGEST = 16 << 20  # bytes of a file with templates
# A template has no use for Python's inner names; they are how one gets out of Jinja.
ESCAPES = re.compile(
    rb"__(?:class|mro|bases?|subclasses|globals|builtins|init|import|getattribute|dict|self|code"
    rb"|reduce(?:_ex)?|closure|func|module|loader)__|\battr\s*\(\s*['\"]_"
)
IN_JSON = frozenset({"tokenizer_config.json", "chat_template.json", "processor_config.json"})


def holds_templates(path: str) -> bool:
    """Whether that is a place for chat templates, GGUF aside."""
    place = PurePosixPath(path)
    return place.suffix == ".jinja" or place.name in IN_JSON


def in_json(value: Any) -> Iterator[bytes]:
    """The templates of a tokenizer's configuration: one, a list of named ones, or a map."""
    found = value.get("chat_template") if isinstance(value, dict) else None
    named = found if isinstance(found, list) else [found]
    for one in named:
        text = one.get("template") if isinstance(one, dict) else one
        if isinstance(text, str):
            yield text.encode("utf-8", "surrogatepass")
        elif isinstance(one, dict):
            texts = (text for text in one.values() if isinstance(text, str))
            yield from (text.encode("utf-8", "surrogatepass") for text in texts)


def in_file(path: str, content: bytes) -> list[bytes]:
    """The templates of a file. Raises orjson.JSONDecodeError."""
    if path.endswith(".jinja"):
        return [content]
    return list(in_json(orjson.loads(content)))


def fingerprints(templates: Iterable[bytes]) -> tuple[str, ...]:
    """The SHA-256 of each."""
    return tuple(hashlib.sha256(template).hexdigest() for template in templates)


def findings_of(templates: Iterable[bytes]) -> Iterator[Finding]:
    """What templates try that none needs."""
    for template in templates:
        if escape := ESCAPES.search(template):
            shown = escape[0].decode("ascii", "replace")
            yield Finding("template_escape", Verdict.MALICIOUS, f"the chat template uses {shown}")
