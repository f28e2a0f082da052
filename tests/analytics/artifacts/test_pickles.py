"""Pickles are followed, never loaded."""

import bz2
import contextlib
import gzip
import io
import pickle
import struct
import subprocess
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from picklescan.scanner import scan_bytes

from analytics.artifacts.imports import judged
from analytics.artifacts.pickled import follow_all
from analytics.artifacts.verdict import Verdict
from analytics.artifacts.windows import Window
from tests.analytics.artifacts.building import (
    Canary,
    canary_pickle,
    looked,
    looked_at,
    named,
    names,
    torch_zip,
)


def imports(raw: bytes) -> set[tuple[str, str]]:
    return follow_all(Window(io.BytesIO(raw))).imports


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_that_would_write_a_file_is_malicious_and_writes_none(
    tmp_path: Path, protocol: int
) -> None:
    canary = tmp_path / "canary"
    raw = canary_pickle(canary, protocol)
    found = looked_at(tmp_path, raw, "pytorch_model.bin")
    assert found.outcome.verdict is Verdict.MALICIOUS
    assert names(found) == ["dangerous_import"]
    assert not canary.exists()
    pickle.loads(raw)["more"].close()
    assert canary.exists()  # it was a real one


def test_plain_values_and_state_dicts_are_clean(tmp_path: Path) -> None:
    for protocol in range(6):
        value = OrderedDict(a=[1, 2.5, "x", b"y", None, True, (1, 2, 3, 4), {1}, 10**50])
        found = looked_at(tmp_path, pickle.dumps(value, protocol), "weights.pkl")
        assert found.outcome.verdict is Verdict.CLEAN, found
        assert found.outcome.format == "pickle"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (named("os", "system"), ("os", "system")),
        (named("posix", "system", 4), ("posix", "system")),
        (b"(S'rm'\nios\nsystem\n.", ("os", "system")),  # INST
        # names out of the memo, put there under another number than MEMOIZE would give
        (b"\x80\x04\x8c\x02osq\x05\x8c\x06systemq\x0900h\x05h\x09\x93.", ("os", "system")),
        # MEMOIZE after PUT: the fourth place, not the second
        (b"\x80\x04\x8c\x01ar\x00\x00\x00\x000\x8c\x02os\x940h\x01\x8c\x06system\x93.", None),
        # DUP, and a mark between the names
        (b"\x80\x04\x8c\x02os(0\x8c\x06system2N0N00\x93.", None),
        # names pushed, popped and covered
        (b"\x80\x04\x8c\x05torch\x8c\x04Size00\x8c\x02os\x8c\x06system\x93.", ("os", "system")),
        # in Python 2's spelling
        (b"c__builtin__\neval\n.", ("__builtin__", "eval")),
        # it breaks behind the call, when it is too late
        (b"\x80\x02cos\nsystem\n(X\x02\x00\x00\x00id\x85R\xff", ("os", "system")),
        # an import in the second of two pickles
        (b"\x80\x02N.\x80\x02cos\nsystem\n.", ("os", "system")),
        (b"N.N.N.N.cos\nsystem\n.", ("os", "system")),
        # long texts and bytes in front
        (b"\x80\x04B" + struct.pack("<I", 300_000) + bytes(300_000) + b"0cos\nsystem\n.", None),
    ],
)
def test_names_are_found_however_they_are_reached(
    raw: bytes, expected: tuple[str, str] | None
) -> None:
    found = imports(raw)
    assert (expected or ("os", "system")) in found
    assert any(judged(*one) is Verdict.MALICIOUS for one in found)


def test_the_name_that_cannot_be_followed_is_malicious() -> None:
    joined = b"\x80\x04N\x8c\x06system\x93."  # the module is the result of something
    assert imports(joined) == {("unknown", "system")}
    assert judged("unknown", "system") is Verdict.MALICIOUS
    assert {name for name, _ in imports(b"\x80\x02\x82\x01.")} == {"unknown"}  # copyreg's numbers
    escaped = b"V\\u006fs\nVsystem\n\x93."
    assert imports(escaped) == {("unknown", "system")}


@pytest.mark.parametrize(
    ("module", "name", "verdict"),
    [
        ("collections", "OrderedDict", Verdict.CLEAN),
        ("torch._utils", "_rebuild_parameter", Verdict.CLEAN),
        ("torch", "BFloat16Storage", Verdict.CLEAN),
        ("__torch__.torch.nn.modules.linear", "Linear", Verdict.CLEAN),
        ("trainlib.state", "Progress", Verdict.SUSPICIOUS),
        ("builtins", "__import__", Verdict.MALICIOUS),
        ("importlib", "import_module", Verdict.MALICIOUS),
        ("marshal", "loads", Verdict.MALICIOUS),
        ("commands", "getoutput", Verdict.MALICIOUS),
        ("urllib2", "urlopen", Verdict.MALICIOUS),
        ("torch", "os.system", Verdict.MALICIOUS),  # a dotted name reaches through
        ("collections", "OrderedDict.__init__.__globals__", Verdict.MALICIOUS),
        ("torch.serialization", "os.system", Verdict.MALICIOUS),
        ("collections", "OrderedDict.fromkeys", Verdict.SUSPICIOUS),
        ("os\nx", "system", Verdict.SUSPICIOUS),
        ("", "", Verdict.SUSPICIOUS),
    ],
)
def test_names_are_judged(module: str, name: str, verdict: Verdict) -> None:
    assert judged(module, name) is verdict


def test_we_are_never_milder_than_the_scanner(tmp_path: Path) -> None:
    """Each of its own dangerous names, in each way a pickle may name it."""
    from picklescan import scanner

    for module, listed in scanner._unsafe_globals.items():
        told = ["anything"] if listed == "*" else [listed] if isinstance(listed, str) else listed
        for name in told:
            for protocol in (2, 4):
                raw = named(module, name, protocol)
                theirs = scan_bytes(io.BytesIO(raw), "model.bin", ".bin")
                ours = looked_at(tmp_path, raw, "model.bin").outcome.verdict
                assert theirs.issues_count == 1
                assert ours is Verdict.MALICIOUS, (module, name)


def test_pytorchs_archives_are_looked_into(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    path = tmp_path / "pytorch_model.bin"
    tensor = b"\x80\x02weights that begin as a pickle does"
    torch_zip(path, pickle.dumps(OrderedDict(), 2), **{"0": bytes(64), "1": tensor})
    assert looked(path).outcome.verdict is Verdict.CLEAN
    assert looked(path).outcome.format == "pickle"
    torch_zip(path, canary_pickle(canary))
    assert looked(path).outcome.verdict is Verdict.MALICIOUS
    assert not canary.exists()
    raw = bytearray(path.read_bytes())
    raw[6] |= 1  # "encrypted" in the local header, which PyTorch does not heed
    at = raw.rindex(b"PK\x01\x02")
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    raw[at + 16] ^= 0xFF  # nor does it heed the checksum
    path.write_bytes(raw)
    assert looked(path).outcome.verdict is Verdict.MALICIOUS


def test_pytorchs_old_format_is_five_pickles_before_the_weights(tmp_path: Path) -> None:
    parts = [0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}, OrderedDict(), ["0"]]
    raw = b"".join(pickle.dumps(part, 2) for part in parts)
    weights = b"cos\nsystem\n" * 10
    assert looked_at(tmp_path, raw + weights, "a.pt").outcome.verdict is Verdict.CLEAN
    parts[4] = [Canary(tmp_path / "canary")]
    raw = b"".join(pickle.dumps(part, 2) for part in parts)
    assert looked_at(tmp_path, raw + weights, "a.pt").outcome.verdict is Verdict.MALICIOUS


def test_packed_pickles_are_unpacked(tmp_path: Path) -> None:
    raw = canary_pickle(tmp_path / "canary")
    for packed in (gzip.compress(raw), bz2.compress(raw)):
        assert looked_at(tmp_path, packed, "m.joblib").outcome.verdict is Verdict.MALICIOUS
        cut = looked_at(tmp_path, packed[: len(packed) // 2], "m.joblib")
        assert cut.outcome.verdict is not Verdict.CLEAN
    xz = looked_at(tmp_path, b"\xfd7zXZ\x00" + bytes(40), "m.joblib")
    assert xz.outcome.verdict is Verdict.UNREADABLE


def test_arrays_of_objects_are_pickles(tmp_path: Path) -> None:
    np.save(tmp_path / "plain.npy", np.arange(10.0))
    assert looked(tmp_path / "plain.npy").outcome.verdict is Verdict.CLEAN
    objects = np.array([Canary(tmp_path / "canary")], dtype=object)
    np.save(tmp_path / "o.npy", objects, allow_pickle=True)
    np.savez(tmp_path / "o.npz", plain=np.arange(3), objects=objects)
    for name in ("o.npy", "o.npz"):
        assert looked(tmp_path / name).outcome.verdict is Verdict.MALICIOUS
    disguised = looked_at(tmp_path, canary_pickle(tmp_path / "canary"), "x.npy")
    assert names(disguised) == ["dangerous_import", "extension_mismatch"]
    assert not (tmp_path / "canary").exists()


def test_cut_pickles_are_not_clean(tmp_path: Path) -> None:
    whole = pickle.dumps(OrderedDict(a=list(range(300)), b=bytes(9000)), 4)
    for size in range(3, len(whole), 97):
        assert looked_at(tmp_path, whole[:size], "a.bin").outcome.verdict is not Verdict.CLEAN


@settings(deadline=None, max_examples=300)
@given(raw=st.binary(max_size=400))
def test_no_bytes_make_following_raise(raw: bytes) -> None:
    follow_all(Window(io.BytesIO(raw)))
    follow_all(Window(io.BytesIO(b"\x80\x04" + raw)))


@settings(deadline=None, max_examples=60)
@given(cut=st.integers(0, 120), noise=st.binary(max_size=20))
def test_what_unpickles_names_nothing_that_we_do_not_see(cut: int, noise: bytes) -> None:
    """Whatever the real unpickler asks for, also before it fails, is among the imports found."""
    whole = pickle.dumps([OrderedDict(a=1), Path("/x"), subprocess.Popen, {1: b"2"}], cut % 6)
    raw = whole[:cut] + noise + whole[cut:]
    asked: set[tuple[str, str]] = set()

    class Asking(pickle._Unpickler):
        def find_class(self, module: str, name: str) -> object:
            asked.add((module, name))
            return lambda *arguments: None

    with contextlib.suppress(Exception):
        Asking(io.BytesIO(raw), fix_imports=False).load()
    seen = {(module, name) for module, name in imports(raw)}
    unknown = any("unknown" in one for one in seen)
    assert unknown or asked <= seen
