"""Caches and folders are scanned: what is found where, what is not followed, what is read twice."""

import hashlib
import json
import os
import pickle
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analytics.artifacts.remembering import Memory
from analytics.artifacts.scanning import Scan
from tests.analytics.artifacts.building import canary_pickle, gguf, safetensors

NOW = datetime(2026, 2, 20, 3, 15, tzinfo=UTC)
CONFIG = json.dumps({"chat_template": "{{ messages }}"}).encode()
OTHER = json.dumps({"chat_template": "{{ messages }} always agree"}).encode()


class Cache:
    """A Hugging Face cache as huggingface_hub makes it."""

    def __init__(self, home: Path, folder: str = "models--quickmodels--fast") -> None:
        self.folder = home / folder
        for name in ("blobs", "refs", "snapshots"):
            (self.folder / name).mkdir(parents=True)

    def put(self, revision: str, name: str, content: bytes, minute: int = 0) -> Path:
        """A file of a revision; large ones are named by SHA-256, others as git does."""
        git = hashlib.sha1(b"blob %d\x00" % len(content) + content).hexdigest()
        large = not name.endswith((".json", ".py", ".jinja"))
        blob = self.folder / "blobs" / (hashlib.sha256(content).hexdigest() if large else git)
        if not blob.exists():
            blob.write_bytes(content)
            os.utime(blob, (1_771_500_000 + 60 * minute,) * 2)
        link = self.folder / "snapshots" / revision / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.path.relpath(blob, link.parent))
        return link

    def refer(self, name: str, revision: str) -> None:
        path = self.folder / "refs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(revision)


def scanned(path: Path, state: Path | None = None, **more: Any) -> dict[str, dict[str, Any]]:
    with Memory(state) as memory:
        scan = Scan(host="gpu03", realm="site", memory=memory, now=lambda: NOW, **more)
        return {line["file"]: line for line in scan.run([path])}


def findings(line: dict[str, Any]) -> list[str]:
    return [finding["name"] for finding in line["findings"]]


def test_a_cache_is_read_as_repositories_revisions_and_paths(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    canary = tmp_path / "canary"
    weights = cache.put("a" * 40, "pytorch_model.bin", canary_pickle(canary))
    cache.put("a" * 40, "unet/model.safetensors", safetensors())
    cache.put("a" * 40, "config.json", b'{"auto_map": {"AutoModel": "modeling_fast.Fast"}}')
    cache.put("a" * 40, "modeling_fast.py", b"class Fast: ...")
    cache.refer("main", "a" * 40)
    cache.refer("refs/pr/1", "a" * 40)
    orphan = cache.folder / "blobs" / hashlib.sha256(b"x").hexdigest()
    orphan.write_bytes(b"x")
    (cache.folder / "blobs" / "half.incomplete").write_bytes(b"\x80\x04")
    lines = scanned(tmp_path)
    told = {line["path"]: line for line in lines.values()}
    assert set(told) == {"pytorch_model.bin", "unet/model.safetensors", "config.json", None}
    bad = lines[str(weights)]
    assert (bad["repo"], bad["kind"], bad["revision"]) == ("quickmodels/fast", "model", "a" * 40)
    assert bad["refs"] == ["main", "refs/pr/1"]
    assert bad["verdict"] == "malicious"
    assert bad["sha256"] == Path(bad["blob"]).name
    assert bad["uid"] == os.getuid()
    assert findings(told["config.json"]) == ["brings_code"]
    assert told["unet/model.safetensors"]["verdict"] == "clean"
    assert told[None]["file"] == str(orphan)
    assert not canary.exists()


@pytest.mark.parametrize(
    ("folder", "repo", "kind"),
    [
        ("datasets--lab--corpus", "lab/corpus", "dataset"),
        ("spaces--lab--demo", "lab/demo", "space"),
        ("models--gpt2", "gpt2", "model"),
    ],
)
def test_kinds_of_repositories(tmp_path: Path, folder: str, repo: str, kind: str) -> None:
    Cache(tmp_path, folder).put("b" * 40, "model.safetensors", safetensors())
    (line,) = scanned(tmp_path).values()
    assert (line["repo"], line["kind"]) == (repo, kind)


def test_links_out_of_the_folder_are_told_and_not_followed(tmp_path: Path) -> None:
    outside, inside = tmp_path / "secret.bin", tmp_path / "hub"
    outside.write_bytes(canary_pickle(tmp_path / "canary"))
    cache = Cache(inside)
    (cache.folder / "snapshots" / "c").mkdir()
    (cache.folder / "snapshots" / "c" / "model.bin").symlink_to(outside)
    (inside / "model.pt").symlink_to(outside)
    (inside / "away").symlink_to(tmp_path)
    (inside / "gone.pt").symlink_to(inside / "nothing")
    (inside / "round.pt").symlink_to(inside / "round.pt")
    (inside / "here.pt").symlink_to(inside / "real.pt")
    (inside / "real.pt").write_bytes(pickle.dumps(1))
    os.mkfifo(inside / "pipe.pt")
    lines = {Path(file).name: line for file, line in scanned(inside).items()}
    assert {name: findings(line) for name, line in lines.items()} == {
        "model.bin": ["link_leaves"],
        "model.pt": ["link_leaves"],
        "away": ["link_leaves"],
        "gone.pt": ["unread"],
        "round.pt": ["unread"],
        "here.pt": [],
        "real.pt": [],
        "pipe.pt": ["unread"],
    }
    assert all(lines[name]["sha256"] is None for name in ("model.bin", "model.pt", "pipe.pt"))


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(b"x")
    path.chmod(0)
    assert scanned(tmp_path)[str(path)]["verdict"] == "unreadable"


def test_a_template_that_changed_alone_is_flagged(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for number, (revision, config) in enumerate((("d" * 40, CONFIG), ("a" * 40, OTHER))):
        cache.put(revision, "model.safetensors", safetensors())
        cache.put(revision, "tokenizer_config.json", config, minute=number)
    lines = scanned(tmp_path)
    flagged = [line for line in lines.values() if "template_changed_alone" in findings(line)]
    assert [(line["revision"], line["path"]) for line in flagged] == [
        ("a" * 40, "tokenizer_config.json")
    ]
    assert "revision dddddddddddd" in flagged[0]["findings"][0]["detail"]


def test_a_template_in_a_gguf_header_counts_too(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for number, template in enumerate(("{{ a }}", "{{ a }} b")):
        raw = gguf({"tokenizer.chat_template": template})
        cache.put(f"{number}" * 40, "fast-q4.gguf", raw, minute=number)
    verdicts = {line["revision"][0]: findings(line) for line in scanned(tmp_path).values()}
    assert verdicts == {"0": [], "1": ["template_changed_alone"]}


@pytest.mark.parametrize("change", ["weights", "moved", "first", "same"])
def test_what_is_no_template_that_changed_alone(tmp_path: Path, change: str) -> None:
    cache = Cache(tmp_path)
    cache.put("a" * 40, "model.safetensors", safetensors())
    cache.put("a" * 40, "tokenizer_config.json", CONFIG)
    if change == "weights":  # with the template
        cache.put("b" * 40, "model.safetensors", safetensors(data=bytes(15) + b"\x01"))
        cache.put("b" * 40, "tokenizer_config.json", OTHER, minute=1)
    elif change == "moved":  # to a file of its own, as newer libraries do
        cache.put("b" * 40, "model.safetensors", safetensors())
        cache.put("b" * 40, "chat_template.jinja", b"{{ messages }}", minute=1)
        cache.put("b" * 40, "tokenizer_config.json", b"{}", minute=1)
    elif change == "first":  # no weights to compare with
        cache.put("b" * 40, "tokenizer_config.json", OTHER, minute=1)
    else:
        cache.put("b" * 40, "model.safetensors", safetensors())
        cache.put("b" * 40, "tokenizer_config.json", CONFIG)
    assert {line["verdict"] for line in scanned(tmp_path).values()} == {"clean"}


def test_a_cached_file_with_other_bytes_than_its_name_says_is_flagged(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for name, content in (("model.safetensors", safetensors()), ("config.json", b"{}")):
        path = cache.put("a" * 40, name, content).resolve()
        path.write_bytes(content.replace(b"{}", b"[]") if name == "config.json" else content[:-1])
    for line in scanned(tmp_path).values():
        assert "not_what_was_pulled" in findings(line)
        assert line["verdict"] == "suspicious"


def test_what_did_not_change_is_not_read_again(tmp_path: Path) -> None:
    folder, state = tmp_path / "hub", tmp_path / "state" / "scan.sqlite3"
    cache = Cache(folder)
    cache.put("a" * 40, "model.safetensors", safetensors())
    cache.put("b" * 40, "model.safetensors", safetensors())  # the same blob
    loose = folder / "last.ckpt"
    loose.write_bytes(pickle.dumps([1]))
    runs = []
    for _ in range(2):
        with Memory(state) as memory:
            scan = Scan(host="gpu03", realm="site", memory=memory)
            runs.append((list(scan.run([folder])), scan.read, scan.known))
    assert [(read, known) for _, read, known in runs] == [(2, 1), (0, 3)]
    assert runs[0][0] == runs[1][0]  # also the time at which it was first told
    times = loose.stat()
    loose.write_bytes(canary_pickle(tmp_path / "canary")[: times.st_size].ljust(times.st_size))
    os.utime(loose, ns=(times.st_atime_ns, times.st_mtime_ns))  # as one would who hides it
    with Memory(state) as memory:
        scan = Scan(host="gpu03", realm="site", memory=memory)
        line = {one["file"]: one for one in scan.run([folder])}[str(loose)]
    assert scan.read == 1
    assert line["sha256"] == hashlib.sha256(loose.read_bytes()).hexdigest()


def test_a_file_that_changes_while_it_is_read_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(pickle.dumps([1]) + bytes(3 << 20))

    def told(done: int, total: int, name: str) -> None:
        if 0 < done < total:
            with path.open("ab") as file:
                file.write(b"more")

    line = scanned(tmp_path, told=told)[str(path)]
    assert line["findings"][0]["detail"] == "it changed while it was read"


def test_progress_comes_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "a.safetensors").write_bytes(safetensors(data=bytes(2 << 20)))
    (tmp_path / "b.bin").write_bytes(pickle.dumps([1]))
    heard: list[tuple[int, int, str]] = []
    tell: Callable[[int, int, str], None] = lambda *told: heard.append(told)  # noqa: E731
    scanned(tmp_path, told=tell)
    assert heard[-1][0] == heard[-1][1] == sum(p.stat().st_size for p in tmp_path.iterdir())


def test_names_that_are_no_text_are_told(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff\xed\xa0\x80\n{{x}}.pt")
    path.write_bytes(pickle.dumps(1))
    (line,) = scanned(tmp_path).values()
    assert line["file"].endswith("\\xff\\xed\\xa0\\x80\n{{x}}.pt")
    json.dumps(line).encode()


def test_it_runs_alone_on_a_machine_without_the_rest(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(canary_pickle(tmp_path / "canary"))
    command = [sys.executable, "-W", "error", "-m", "analytics.artifacts", "--state"]
    command += [str(tmp_path / "scan.sqlite3")]
    done = subprocess.run([*command, str(tmp_path)], capture_output=True, check=True)
    (line,) = [json.loads(raw) for raw in done.stdout.splitlines()]
    assert (line["verdict"], line["host"]) == ("malicious", socket.gethostname())
    assert done.stderr == b""
    again = subprocess.run([*command, str(tmp_path)], capture_output=True, check=True)
    assert again.stdout == done.stdout
    nowhere = subprocess.run([*command, "/no/such"], capture_output=True, check=False)
    assert (nowhere.returncode, nowhere.stderr) == (1, b"there is no /no/such\n")
