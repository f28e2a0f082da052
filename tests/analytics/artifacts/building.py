"""Model files for tests: harmless ones, and such as would leave a file behind if ever loaded."""

import json
import pickle
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analytics.artifacts.inspecting import Inspected, inspect


class Canary:
    """An object that makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return open, (str(self.path), "w")  # builtins or io, as Python has it


def canary_pickle(path: Path, protocol: int = 2) -> bytes:
    return pickle.dumps({"weights": [1.0, 2.0], "more": Canary(path)}, protocol)


def named(module: str, name: str, protocol: int = 2) -> bytes:
    """A pickle that calls a function without arguments."""
    if protocol >= 4:
        texts = b"".join(
            b"\x8c" + bytes([len(text)]) + text.encode() + b"\x94" for text in (module, name)
        )
        return b"\x80\x04" + texts + b"\x93)R."
    return b"\x80\x02c" + f"{module}\n{name}\n".encode() + b")R."


def torch_zip(path: Path, pickled: bytes, **members: bytes) -> None:
    """As torch.save writes it since 1.6."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickled)
        archive.writestr("archive/version", b"3\n")
        for name, content in members.items():
            archive.writestr(f"archive/data/{name}", content)


def safetensors(
    header: Any = None, data: bytes = bytes(16), length: int | None = None, **metadata: str
) -> bytes:
    if header is None:
        header = {"w": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}
    if metadata:
        header = {"__metadata__": metadata, **header}
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(raw) if length is None else length) + raw + data


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def gguf(entries: Mapping[str, str], weights: bytes = bytes(64), version: int = 3) -> bytes:
    """Texts as metadata, an array of tokens, one tensor."""
    pairs = [text(name) + struct.pack("<I", 8) + text(value) for name, value in entries.items()]
    tokens = struct.pack("<IIQ", 9, 8, 2) + text("<s>") + text("</s>")
    pairs.append(text("tokenizer.ggml.tokens") + tokens)
    pairs.append(text("general.scores") + struct.pack("<IIQ", 9, 6, 3) + bytes(12))
    head = b"GGUF" + struct.pack("<IQQ", version, 1, len(pairs)) + b"".join(pairs)
    head += text("token_embd.weight") + struct.pack("<IQIQ", 1, 16, 0, 0)
    return head + bytes(-len(head) % 32) + weights


def looked(path: Path, name: str | None = None) -> Inspected:
    with path.open("rb") as stream:
        return inspect(stream, path.stat().st_size, name or path.name)


def looked_at(folder: Path, content: bytes, name: str) -> Inspected:
    path = folder / Path(name).name
    path.write_bytes(content)
    return looked(path, name)


def names(found: Inspected) -> list[str]:
    return [finding.name for finding in found.outcome.findings]
