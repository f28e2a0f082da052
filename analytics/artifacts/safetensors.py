"""Headers of safetensors files, held to what the format promises."""

import struct
from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson

from analytics.artifacts.magic import LARGEST_HEADER
from analytics.artifacts.verdict import Finding, Verdict

READ_HERE = 25_000_000  # bytes of a header; models of a hundred thousand tensors have ten
BITS = {
    **{"BOOL": 8, "U8": 8, "I8": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16},
    **{"I32": 32, "U32": 32, "F32": 32, "I64": 64, "U64": 64, "F64": 64, "C64": 64},
    **{"F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8},
    **{"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6},
}
LARGEST = 1 << 63


def read(stream: BinaryIO, size: int) -> Iterator[Finding]:
    """What is wrong with a file of `size` bytes; the stream stands at its beginning."""
    begun = stream.read(8)
    if len(begun) < 8:
        yield _malformed("shorter than the length of its header")
        return
    (length,) = struct.unpack("<Q", begun)
    if length > LARGEST_HEADER:
        yield _malformed(f"its header is said to have {length} bytes, over {LARGEST_HEADER}")
    elif length + 8 > size:
        yield _malformed("its header is longer than the file")
    elif length > READ_HERE:
        yield Finding("too_large", Verdict.UNREADABLE, f"a header of {length} bytes")
    else:
        try:
            header = orjson.loads(stream.read(length))
        except orjson.JSONDecodeError:
            yield _malformed("its header is not JSON")
            return
        yield from _checked(header, size - 8 - length)


def _checked(header: Any, room: int) -> Iterator[Finding]:
    if not isinstance(header, dict):
        yield _malformed("its header is no object")
        return
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        yield _malformed("its metadata are not texts")
    spans = []
    for name, told in header.items():
        span = _span(told)
        if span is None:
            yield _malformed(f"tensor {name[:100]} has no type, shape or offsets that fit")
            return
        spans.append(span)
    ends = [0, *(end for _, end in sorted(spans))]
    begins = [begin for begin, _ in sorted(spans)]
    if any(end != begin for end, begin in zip(ends, begins, strict=False)):
        yield _malformed("its tensors overlap or leave gaps")
    elif ends[-1] < room:
        yield Finding("hidden_data", Verdict.SUSPICIOUS, f"{room - ends[-1]} bytes behind tensors")
    elif ends[-1] > room:
        yield Finding("truncated", Verdict.UNREADABLE, f"{ends[-1] - room} bytes are missing")


def _span(told: Any) -> tuple[int, int] | None:
    """Where a tensor lies, None where what is said of it does not agree."""
    if not isinstance(told, dict):
        return None
    kind, shape, offsets = told.get("dtype"), told.get("shape"), told.get("data_offsets")
    if not isinstance(shape, list) or not isinstance(offsets, list) or len(offsets) != 2:
        return None
    if not all(type(one) is int and one >= 0 for one in (*shape, *offsets)):
        return None
    count = 1
    for extent in shape:
        count *= extent
        if count > LARGEST:
            return None
    bits = BITS.get(kind) if isinstance(kind, str) else None
    begin, end = offsets
    if begin > end or (bits and (count * bits + 7) // 8 != end - begin):
        return None
    return begin, end


def _malformed(why: str) -> Finding:
    return Finding("malformed", Verdict.SUSPICIOUS, why)
