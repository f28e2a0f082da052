"""What benchmarks.door serves: the application, and a bare copy of a body to a file.

Both say in `Server-Timing` how many milliseconds a request spent in fsync.
"""

import os
import threading
import time
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_spent = threading.local()
_fsync = os.fsync


def _measured(descriptor: int) -> None:
    began = time.perf_counter()
    try:
        _fsync(descriptor)
    finally:
        _spent.seconds = getattr(_spent, "seconds", 0.0) + time.perf_counter() - began


os.fsync = _measured  # type: ignore[assignment]


def _timed(application: Any) -> Any:
    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        _spent.seconds = 0.0

        def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            timing = ("Server-Timing", f"fsync;dur={_spent.seconds * 1000:.3f}")
            return start_response(status, [*headers, timing], error)

        found: Iterable[bytes] = application(environ, start)
        return found

    return answer


def _copy(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    folder = Path(os.environ["FOUREYES_HOME"]) / "spool" / "bare"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / uuid.uuid4().hex).open("wb") as file:
        while block := environ["wsgi.input"].read(1 << 18):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "0")])
    return []


def _whole() -> Any:
    from auditapp.wsgi import application

    return application


bare = _timed(_copy)


def door(environ: dict[str, Any], start_response: Any) -> Any:
    """The application, loaded when it is first asked: the bare copy needs none of it."""
    global _door  # noqa: PLW0603
    if _door is None:
        _door = _timed(_whole())
    return _door(environ, start_response)


_door: Any = None
