"""What stands around the jobs of a list: who asked for it, and what Slurm says beside."""

import io
import re
from datetime import datetime
from typing import Any, BinaryIO

from analytics.event import Context, readable
from analytics.reading import Document

MOST = 1 << 16  # bytes kept of what is around one list
DONE_WITH = 4 << 20
BLANK = b" \t\r\n,[]{}\x1e\xef\xbb\xbf"
CLIENT = re.compile(r'"client"\s*:\s*\{[^{}]{0,400}?"user"\s*:\s*"([\w.@$-]{1,64})"')


class Around(io.RawIOBase):
    """Passes a stream on and keeps what of it is no job."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream, self.text, self.start = stream, bytearray(), 0
        self.seen = 0  # up to where it is known what is a job
        self.kept: list[bytes] = []
        self.number, self.offset = 1, 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """As of any stream."""
        data = self.stream.read(len(buffer))
        self.text += data
        buffer[: len(data)] = data
        return len(data)

    def job(self, document: Document) -> None:
        """Takes note of what was read as a job, and keeps what stands before it."""
        self._keep(document.offset)
        self.seen = document.offset + len(document.raw)

    def _keep(self, end: int) -> None:
        gap = bytes(self.text[self.seen - self.start : end - self.start])
        if gap.strip(BLANK):
            self.kept.append(gap)
        if self.seen - self.start > DONE_WITH:
            del self.text[: self.seen - self.start]
            self.start = self.seen

    def row(self, latest: datetime | None, context: Context) -> dict[str, Any] | None:
        """An event for the list itself; None where there was nothing around the jobs."""
        self._keep(self.start + len(self.text))
        text = readable(b"\n".join(self.kept)[:MOST])
        if not text:
            return None
        match = CLIENT.search(text)
        asker = match[1] if match else None
        return {
            "@timestamp": latest or context.received,
            "event.id": context.line_id(0, text.encode()),
            "event.category": "process",
            "event.type": "info",
            "event.action": "jobs-listed",
            "event.outcome": "success",
            "event.original": text,
            "message": f"{asker or 'somebody'} listed jobs",
            "actor.account": f"slurm:{asker}" if asker else None,
            "actor.basis": "client of the list" if asker else "not told",
            "user.name": asker,
            "host.name": context.host,
            "batch.line": 1,
        }
