"""Headers of safetensors, GGUF, numpy and Keras, true and hostile; names against content."""

import io
import json
import struct
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.artifacts.inspecting import inspect
from analytics.artifacts.verdict import Verdict
from tests.analytics.artifacts.building import (
    gguf,
    looked,
    looked_at,
    named,
    names,
    safetensors,
    text,
)

PAIR = {
    "a": {"dtype": "BF16", "shape": [4], "data_offsets": [0, 8]},
    "b": {"dtype": "F32", "shape": [], "data_offsets": [8, 12]},
    "none": {"dtype": "F32", "shape": [0, 7], "data_offsets": [12, 12]},
}


@pytest.mark.parametrize(
    "raw",
    [
        safetensors(),
        safetensors(format="pt", made="by trainlib"),
        safetensors(PAIR, bytes(12)),
        safetensors({}, b""),
        safetensors({"w": {"dtype": "F99", "shape": [4], "data_offsets": [0, 16]}}),  # to come
        safetensors(json.dumps(PAIR).encode() + b"   ", bytes(12)),
    ],
)
def test_true_safetensors_are_clean(tmp_path: Path, raw: bytes) -> None:
    found = looked_at(tmp_path, raw, "model.safetensors")
    assert found.outcome.verdict is Verdict.CLEAN, found
    assert found.outcome.format == "safetensors"


def tensor(**changes: Any) -> dict[str, Any]:
    return {"w": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]} | changes}


@pytest.mark.parametrize(
    ("raw", "finding"),
    [
        (safetensors(length=1 << 40), "malformed"),
        (safetensors(length=100_000_001), "malformed"),
        (safetensors(length=5000), "malformed"),
        (safetensors(b"{not json"), "malformed"),
        (safetensors(b"{" * 3000), "malformed"),
        (safetensors(tensor(shape=[2, 3])), "malformed"),
        (safetensors(tensor(shape=[-2, -2])), "malformed"),
        (safetensors(tensor(shape=[1 << 62, 1 << 62])), "malformed"),
        (safetensors(tensor(shape="2")), "malformed"),
        (safetensors(tensor(shape=[True, 4])), "malformed"),
        (safetensors(tensor(data_offsets=[16, 0])), "malformed"),
        (safetensors(tensor(data_offsets=[8, 24]), bytes(24)), "malformed"),
        (safetensors({**tensor(), "x": tensor()["w"]}), "malformed"),  # one over the other
        (safetensors({"w": 1}), "malformed"),
        (safetensors({"__metadata__": {"a": 1}, **tensor()}), "malformed"),
        (safetensors(data=bytes(17)), "hidden_data"),
        (safetensors(data=bytes(15)), "truncated"),
        (b"\x01\x02", "extension_mismatch"),
        (b"", "extension_mismatch"),
        (named("os", "system"), "extension_mismatch"),
    ],
)
def test_safetensors_that_break_their_promises_are_not_clean(
    tmp_path: Path, raw: bytes, finding: str
) -> None:
    found = looked_at(tmp_path, raw, "model.safetensors")
    assert finding in names(found), found
    assert found.outcome.verdict is not Verdict.CLEAN


TEMPLATE = "{% for message in messages %}{{ message['content'] }}{% endfor %}"


@pytest.mark.parametrize("version", [2, 3])
def test_gguf_gives_its_templates_and_its_weights_apart(tmp_path: Path, version: int) -> None:
    one = gguf({"general.name": "fast", "tokenizer.chat_template": TEMPLATE}, version=version)
    two = gguf({"general.name": "fast", "tokenizer.chat_template": "x" + TEMPLATE}, version=version)
    more = gguf({"tokenizer.chat_template.tool_use": TEMPLATE}, version=version)
    first, second, third = (looked_at(tmp_path, raw, "m.gguf") for raw in (one, two, more))
    for found in (first, second, third):
        assert found.outcome.verdict is Verdict.CLEAN, found
        assert len(found.outcome.templates) == 1
    assert first.outcome.templates == third.outcome.templates != second.outcome.templates
    assert first.outcome.weights == second.outcome.weights is not None
    assert first.sha256 != second.sha256


def test_gguf_of_the_other_byte_order_is_read(tmp_path: Path) -> None:
    key, value = b"tokenizer.chat_template", TEMPLATE.encode()
    raw = b"GGUF" + struct.pack(">IQQ", 3, 0, 1)
    raw += struct.pack(">Q", len(key)) + key + struct.pack(">IQ", 8, len(value)) + value
    assert len(looked_at(tmp_path, raw, "m.gguf").outcome.templates) == 1


def entry(kind: int, value: bytes) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<I", kind) + value


@pytest.mark.parametrize(
    "raw",
    [
        b"GGUF",
        b"GGUF" + struct.pack("<IQQ", 9, 0, 0),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1 << 60),
        b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 0),
        entry(99, b""),
        entry(8, struct.pack("<Q", 1 << 62)),
        entry(9, struct.pack("<IQ", 4, 1 << 62)),
        entry(9, struct.pack("<IQ", 8, 1 << 62)),
        entry(9, struct.pack("<IQ", 9, 1) * 20),
        gguf({"tokenizer.chat_template": TEMPLATE}, weights=b""),
        gguf({"a": "b"})[:-70],
        b"no gguf at all",
    ],
)
def test_hostile_gguf_is_told_in_bounded_memory(tmp_path: Path, raw: bytes) -> None:
    tracemalloc.start()
    found = looked_at(tmp_path, raw, "m.gguf")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.outcome.verdict is not Verdict.CLEAN
    assert peak < 8 << 20


@pytest.mark.parametrize(
    ("name", "raw", "verdict"),
    [
        ("pytorch_model.bin", b"7z\xbc\xaf\x27\x1c" + bytes(60), Verdict.SUSPICIOUS),
        ("model.pt", b"\x7fELF\x02\x01\x01" + bytes(60), Verdict.SUSPICIOUS),
        ("model.ckpt", b"Rar!\x1a\x07\x01" + bytes(60), Verdict.SUSPICIOUS),
        ("model.pth", b"#!/bin/sh\nrm -rf /\n", Verdict.SUSPICIOUS),
        ("model.safetensors", b"PK\x05\x06" + bytes(18), Verdict.SUSPICIOUS),
        ("config.json", b"\x7fELF\x02\x01\x01" + bytes(60), Verdict.SUSPICIOUS),
        ("m.onnx", named("os", "system"), Verdict.MALICIOUS),
        ("model.h5", b"no HDF5", Verdict.SUSPICIOUS),
        ("model.7z", b"7z\xbc\xaf\x27\x1c" + bytes(60), Verdict.UNREADABLE),
        ("data.bin", bytes(range(200, 256)), Verdict.UNREADABLE),
        ("model.nemo", bytes(257) + b"ustar" + bytes(300), Verdict.UNREADABLE),
        ("", bytes(100), Verdict.CLEAN),  # a blob that nothing refers to
    ],
)
def test_content_counts_and_not_the_name(
    tmp_path: Path, name: str, raw: bytes, verdict: Verdict
) -> None:
    found = inspect(io.BytesIO(raw), len(raw), name)
    assert found.outcome.verdict is verdict, found


def test_a_zip_that_is_none_of_pytorchs_does_not_belong_in_bin(tmp_path: Path) -> None:
    path = tmp_path / "pytorch_model.bin"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("run.sh", b"#!/bin/sh\n")
        archive.writestr("inner.pt", b"7z\xbc\xaf\x27\x1c" + bytes(60))
    assert {"extension_mismatch", "program", "archive_inside"} == set(names(looked(path)))
    path.write_bytes(path.read_bytes()[:-30])
    assert "unread_archive" in names(looked(path))


def test_layers_with_code_are_found_in_keras_models(tmp_path: Path) -> None:
    layer = {"module": "keras.layers", "class_name": "Lambda", "config": {"function": {}}}
    plain = {"module": "keras.layers", "class_name": "Dense", "config": {}}
    evil = {"module": "builtins", "class_name": "exec", "config": {}}
    for layers, verdict in (
        ([plain], Verdict.CLEAN),
        ([plain, {"layers": [layer]}], Verdict.SUSPICIOUS),
        ([evil], Verdict.MALICIOUS),
    ):
        with zipfile.ZipFile(tmp_path / "m.keras", "w") as archive:
            archive.writestr("config.json", json.dumps({"config": {"layers": layers}}))
        assert looked(tmp_path / "m.keras").outcome.verdict is verdict
        raw = b"\x89HDF\r\n\x1a\n" + bytes((1 << 20) - 30) + json.dumps(layers).encode()
        found = looked_at(tmp_path, raw, "m.h5")
        assert ("lambda_layer" in names(found)) is (verdict is Verdict.SUSPICIOUS)
        assert found.outcome.format == "keras"


@pytest.mark.parametrize(
    ("name", "content", "findings", "templates"),
    [
        ("tokenizer_config.json", {"chat_template": TEMPLATE}, [], 1),
        ("tokenizer_config.json", {"chat_template": [{"name": "a", "template": "x"}]}, [], 1),
        ("chat_template.json", {"chat_template": {"default": "x", "tool": "y"}}, [], 2),
        ("tokenizer_config.json", {"chat_template": "{{ x.__class__ }}"}, ["template_escape"], 1),
        ("config.json", {"auto_map": {"AutoModel": "modeling_fast.Fast"}}, ["brings_code"], 0),
        ("config.json", {"auto_map": {"AutoModel": "modeling_gone.Gone"}}, ["names_code"], 0),
        ("config.json", {"auto_map": {"A": ["x/y--z.C", None]}}, ["code_from_elsewhere"], 0),
        ("tokenizer_config.json", {"auto_map": {"A": ["../../x.C", 1]}}, ["names_code"], 0),
        ("config.json", {"auto_map": [1]}, [], 0),
        ("config.json", [], [], 0),
    ],
)
def test_configurations_and_templates(
    name: str, content: Any, findings: list[str], templates: int
) -> None:
    raw = json.dumps(content).encode()
    found = inspect(io.BytesIO(raw), len(raw), name, frozenset({"modeling_fast.py"}))
    assert names(found) == findings
    assert len(found.outcome.templates) == templates


def test_a_template_file_is_a_template(tmp_path: Path) -> None:
    assert len(looked_at(tmp_path, TEMPLATE.encode(), "chat_template.jinja").outcome.templates) == 1
    escape = b"{{ cycler.__init__.__globals__.os.popen('id').read() }}"
    found = looked_at(tmp_path, escape, "chat_template.jinja")
    assert found.outcome.verdict is Verdict.MALICIOUS
    assert looked_at(tmp_path, b"{", "config.json").outcome.verdict is Verdict.UNREADABLE


SUFFIXES = [".bin", ".safetensors", ".gguf", ".npy", ".npz", ".keras", ".h5", ".json", ".jinja", ""]
STARTS = [safetensors(), gguf({"tokenizer.chat_template": "x"}), b"\x93NUMPY\x01\x00v\x00", b"PK"]
STARTS += [b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh9", b"\x80\x04", b"\x89HDF\r\n\x1a\n", b"{", b""]


@settings(deadline=None, max_examples=400)
@given(
    suffix=st.sampled_from(SUFFIXES),
    start=st.sampled_from(STARTS),
    cut=st.integers(0, 200),
    rest=st.binary(max_size=200),
)
def test_no_bytes_make_a_look_raise(suffix: str, start: bytes, cut: int, rest: bytes) -> None:
    raw = start[:cut] + rest + start[cut:]
    inspect(io.BytesIO(raw), len(raw), f"model{suffix}")


def zipped(name: str, content: bytes) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return raw.getvalue()


WHOLE = {
    "a.bin": zipped("archive/data.pkl", named("os", "system")),
    "a.keras": zipped("config.json", b"{}"),
    "a.npz": zipped("a.npy", b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'shape': (1,), }"),
    "a.gguf": gguf({"tokenizer.chat_template": "x"}),
    "a.pt": named("os", "system", 4),
}


@settings(deadline=None, max_examples=400)
@given(data=st.data(), name=st.sampled_from(sorted(WHOLE)))
def test_no_damage_makes_a_look_raise(data: st.DataObject, name: str) -> None:
    raw = bytearray(WHOLE[name])
    places = st.integers(0, len(raw) - 1)
    for place, byte in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=6)):
        raw[place] = byte
    inspect(io.BytesIO(raw), len(raw), name)


def test_a_member_without_a_name_is_no_reason_to_stop(tmp_path: Path) -> None:
    raw = bytearray(WHOLE["a.bin"])
    raw[raw.index(b"PK\x01\x02") + 46] = 0  # a name ends at a NUL
    found = looked_at(tmp_path, bytes(raw), "a.bin")
    assert found.outcome.verdict is Verdict.MALICIOUS
