"""Headers of GGUF files: their metadata, chat templates among them, and where the weights begin."""

import struct
from dataclasses import dataclass, field
from typing import BinaryIO

from analytics.artifacts.verdict import Finding, Verdict
from analytics.artifacts.windows import Ended, Window

SCALARS = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}  # bytes by type
STRING, ARRAY = 8, 9
TEMPLATE = b"tokenizer.chat_template"
ALIGNMENT = b"general.alignment"
LONGEST_TEMPLATE = 4 << 20
LONGEST_KEY = 1 << 16
MOST_ENTRIES = 100_000  # of metadata; real files have some fifty
MOST_TEXTS = 20_000_000  # of arrays
MOST_TENSORS = 1_000_000
DEEPEST = 4  # arrays in arrays


class Malformed(Exception):
    """No such header; the message says why."""


@dataclass(slots=True)
class Header:
    """What a header says. `data` is where the weights begin, None where that is not known."""

    templates: list[bytes] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    data: int | None = None


def read(stream: BinaryIO, size: int) -> Header:
    """The header of a file of `size` bytes; the stream stands at its beginning."""
    header = Header()
    try:
        _Reader(Window(stream), header, size).run()
    except Ended:
        header.findings.append(Finding("truncated", Verdict.UNREADABLE, "ends in its header"))
    except Malformed as error:
        header.findings.append(Finding("malformed", Verdict.SUSPICIOUS, str(error)))
    return header


class _Reader:
    def __init__(self, window: Window, header: Header, size: int) -> None:
        self.window, self.header, self.size = window, header, size
        self.order, self.wide, self.alignment, self.texts = "<", True, 32, 0

    def run(self) -> None:
        """Raises Ended and Malformed."""
        self.window.skip(4)
        raw = self.window.take(4)
        version = int.from_bytes(raw, "little")
        if version > 0xFFFF:  # written on a machine of the other byte order
            self.order, version = ">", int.from_bytes(raw, "big")
        if version not in (1, 2, 3):
            raise Malformed(f"there is no version {version}")
        self.wide = version > 1
        tensors, entries = self.length(), self.length()
        if entries > MOST_ENTRIES or tensors > MOST_TENSORS:
            raise Malformed(f"{entries} entries and {tensors} tensors")
        for _ in range(entries):
            self.entry()
        places = [self.tensor() for _ in range(tensors)]
        if self.alignment <= 0 or self.alignment > 1 << 20:
            raise Malformed(f"an alignment of {self.alignment}")
        data = -(-self.window.position // self.alignment) * self.alignment
        if places and data + max(places) >= self.size:
            raise Ended
        self.header.data = min(data, self.size)

    def entry(self) -> None:
        length = self.length()
        if length > LONGEST_KEY:
            raise Malformed(f"a name of {length} bytes")
        key, kind = self.window.take(length), self.number("I", 4)
        if kind == STRING and (key == TEMPLATE or key.startswith(TEMPLATE + b".")):
            self.header.templates.append(self.template())
        elif key == ALIGNMENT and kind == 4:
            self.alignment = self.number("I", 4)
        else:
            self.leave_out(kind)

    def template(self) -> bytes:
        length = self.length()
        if length > LONGEST_TEMPLATE:
            raise Malformed(f"a chat template of {length} bytes")
        return self.window.take(length)

    def leave_out(self, kind: int, depth: int = 0) -> None:
        if kind in SCALARS:
            self.window.skip(SCALARS[kind])
        elif kind == STRING:
            self.window.skip(self.length())
        elif kind == ARRAY and depth < DEEPEST:
            of, count = self.number("I", 4), self.length()
            if of in SCALARS:
                self.window.skip(SCALARS[of] * count)
                return
            for _ in range(count):
                self.texts += 1
                if self.texts > MOST_TEXTS:
                    raise Malformed(f"more than {MOST_TEXTS} texts")
                self.leave_out(of, depth + 1)
        else:
            raise Malformed(f"there is no type {kind}")

    def tensor(self) -> int:
        """Where it begins among the weights."""
        self.window.skip(self.length())
        dimensions = self.number("I", 4)
        if dimensions > 8:
            raise Malformed(f"a tensor of {dimensions} dimensions")
        self.window.skip(dimensions * (8 if self.wide else 4) + 4)
        return self.number("Q", 8)

    def length(self) -> int:
        return self.number("Q", 8) if self.wide else self.number("I", 4)

    def number(self, kind: str, size: int) -> int:
        value: int = struct.unpack(self.order + kind, self.window.take(size))[0]
        return value
