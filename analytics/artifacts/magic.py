"""What a file is by its first bytes, whatever it is called."""

import struct
from pathlib import PurePosixPath

from analytics.artifacts.pickled import PROTOCOLS, STEPS

HEAD = 512
BEGINNINGS = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PK\x07\x08", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"\x7fELF", "elf"),
    (b"\xfe\xed\xfa\xce", "mach-o"),
    (b"\xfe\xed\xfa\xcf", "mach-o"),
    (b"\xce\xfa\xed\xfe", "mach-o"),
    (b"\xcf\xfa\xed\xfe", "mach-o"),
    (b"#!", "script"),
    (b"GGUF", "gguf"),
    (b"\x93NUMPY", "npy"),
    (b"\x89HDF\r\n\x1a\n", "hdf5"),
    (b"SQLite format 3\x00", "sqlite"),
)
PROGRAMS = frozenset({"elf", "mach-o", "pe", "script"})
ARCHIVES = frozenset({"7z", "rar", "gzip", "bzip2", "xz", "zstd", "lz4", "tar", "zip"})
TORCH = frozenset({".bin", ".pt", ".pth", ".ckpt"})
PICKLES = frozenset({".pkl", ".pickle", ".joblib", ".dill", ".dat", ".data"})
TEXTS = frozenset({".json", ".jinja"})
# What a file of that ending may be; what is not recognised at all is judged by its reader.
EXPECTED: dict[str, frozenset[str]] = {
    **dict.fromkeys(TORCH, frozenset({"zip", "pickle"})),
    **dict.fromkeys(PICKLES, frozenset({"pickle", "gzip", "bzip2", "xz", "lz4"})),
    **dict.fromkeys(TEXTS, frozenset()),
    ".safetensors": frozenset({"safetensors"}),
    ".gguf": frozenset({"gguf"}),
    ".ggml": frozenset({"gguf"}),
    ".npy": frozenset({"npy"}),
    ".npz": frozenset({"zip"}),
    ".keras": frozenset({"zip"}),
    ".h5": frozenset({"hdf5"}),
    ".hdf5": frozenset({"hdf5"}),
    ".onnx": frozenset(),
    ".pb": frozenset(),
    ".tflite": frozenset(),
    ".msgpack": frozenset(),
    ".7z": frozenset({"7z"}),
    ".zip": frozenset({"zip"}),
    ".nemo": frozenset({"tar", "gzip"}),
}
DEMANDED = frozenset({".safetensors", ".gguf", ".npy", ".npz", ".keras", ".h5", ".hdf5"})
LARGEST_HEADER = 100_000_000  # of safetensors, as the format has it


def suffix_of(name: str) -> str:
    """A file's ending, in lower case."""
    return PurePosixPath(name).suffix.lower()


def kind_of(head: bytes, size: int) -> str:
    """What begins like that: a name, or nothing where it is not recognised."""
    for beginning, kind in BEGINNINGS:
        if head.startswith(beginning):
            return kind
    if head[:2] in PROTOCOLS and len(head) > 2 and head[2] in STEPS:
        return "pickle"
    if head[257:262] == b"ustar":
        return "tar"
    if head[:2] == b"MZ" and len(head) >= 64:
        return "pe"
    if len(head) >= 9 and head[8:9] == b"{":
        (length,) = struct.unpack_from("<Q", head)
        if 2 <= length <= max(size, LARGEST_HEADER):
            return "safetensors"
    return ""


def mismatch(suffix: str, kind: str) -> str:
    """Why content and ending do not go together; nothing where they may."""
    expected = EXPECTED.get(suffix)
    if expected is None or kind in expected:
        return ""
    if kind:
        return f"{kind} content in a {suffix} file"
    return f"a {suffix} file without its beginning" if suffix in DEMANDED else ""


def concerns(name: str) -> bool:
    """Whether a file of this name is one to look into: weights, templates, and what loads them."""
    suffix = suffix_of(name)
    if suffix == ".json":
        return PurePosixPath(name).name in CONFIGS
    return suffix in EXPECTED or suffix == ""


CONFIGS = frozenset(
    {"config.json", "tokenizer_config.json", "chat_template.json", "processor_config.json"}
    | {"preprocessor_config.json", "configuration.json"}
)
