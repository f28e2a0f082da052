"""How log lines look, as text or as JSON, and which batch they are about.

What a batch's log holds must not leak into ours: within `about` an exception is told by its type
and place, and its message, which may quote the log, stays with the batch.
"""

import json
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

_batch: ContextVar[str] = ContextVar("batch", default="")
ExcInfo = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


@contextmanager
def about(batch: object) -> Iterator[None]:
    """Every line logged in the block names the batch."""
    token = _batch.set(str(batch))
    try:
        yield
    finally:
        _batch.reset(token)


class OfBatch(logging.Filter):
    """Puts the batch at hand on each record, as `tail`."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets it pass."""
        batch = _batch.get()
        record.tail = f" batch={batch}" if batch else ""
        return True


class _Discreet(logging.Formatter):
    """Leaves out messages of exceptions within a batch's way."""

    def formatException(self, ei: Any) -> str:
        if not _batch.get():
            return super().formatException(ei)
        return "\n".join(_places(ei))


class TextFormatter(_Discreet):
    """Lines for people."""

    def __init__(self) -> None:
        """Called by logging.config."""
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s%(tail)s")

    def format(self, record: logging.LogRecord) -> str:
        """Also of records that no filter has seen, such as gunicorn's."""
        OfBatch().filter(record)
        return super().format(record)


class JsonFormatter(_Discreet):
    """One object a line: time (UTC), level, logger, message; batch and error where there are."""

    def format(self, record: logging.LogRecord) -> str:
        """The object."""
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if batch := _batch.get():
            said["batch"] = batch
        if record.exc_info and record.exc_info[0]:
            said["error"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


def _places(ei: ExcInfo) -> Iterator[str]:
    """Type and places, innermost last, of an exception and its causes."""
    error: BaseException | None = ei[1]
    while error is not None:
        yield f"{type(error).__module__}.{type(error).__qualname__}"
        for frame in traceback.extract_tb(error.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
        error = error.__cause__
