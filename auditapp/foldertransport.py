"""Hints as files in a folder: what embedded mode has in place of a broker.

Kombu's own transport may read messages and bindings that are half written, and keeps what it
takes in the system's temporary folder. Here a message appears whole under its name or not at all.
"""

import uuid
from pathlib import Path
from queue import Empty
from time import time_ns
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads


class Channel(filesystem.Channel):
    """Reads and writes messages in `data_folder_in`; makes the folder when it is opened."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Called by Kombu."""
        super().__init__(*args, **kwargs)
        self._folder = Path(self.data_folder_in)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _queue_bind(self, *_: Any) -> None:
        """No table of bindings is kept: a routing key is the name of its queue."""

    def _lookup(self, exchange: str, routing_key: str, default: str | None = None) -> list[str]:
        return [routing_key]

    def _put(self, queue: str, message: Any, **_: Any) -> None:  # type: ignore[override]
        name = f"{time_ns()}_{uuid.uuid4().hex}"
        unfinished = self._folder / f"{name}.part"
        unfinished.write_text(dumps(message))
        unfinished.rename(self._folder / f"{name}.{queue}.msg")

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for path in sorted(self._folder.glob(f"*.{queue}.msg")):
            taken = path.with_name(f"{path.name}.taken")
            try:
                path.rename(taken)
            except FileNotFoundError:
                continue  # another worker was quicker
            message = taken.read_text()
            taken.unlink()
            return loads(message)
        raise Empty


class Transport(filesystem.Transport):
    """What `broker_transport` names."""

    Channel = Channel
