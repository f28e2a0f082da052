"""What addresses, methods and user agents mean to a hub."""

import re
from pathlib import Path

import pytest

from analytics.hubtraffic.hub import action_of, asked, libraries

SHA = "9f1c0de2a4b6c8d0e2f4061829304a5b6c7d8e9f"
FILLED = {"repoType": "models", "namespace": "lab", "repo": "llm", "rev": "main"} | {
    "path": "a/m.bin"
}
# What changes nothing although it is a POST.
ASKING = ("paths-info", "quicksearch", "auth-check", "userinfo", "user-access-report")


@pytest.mark.parametrize(
    ("target", "kind", "repo", "revision", "path"),
    [
        ("/lab/llm/resolve/main/a/b.bin", "model", "lab/llm", "main", "a/b.bin"),
        (f"/gpt2/resolve/{SHA}/x.json", "model", "gpt2", SHA, "x.json"),
        ("/datasets/lab/d/resolve/refs%2Fpr%2F1/t.csv", "dataset", "lab/d", "refs/pr/1", "t.csv"),
        ("/spaces/lab/s/raw/main/app.py?x=1", "space", "lab/s", "main", "app.py"),
        ("/cache/hub/lab/llm/resolve/v1/m.pt", "model", "lab/llm", "v1", "m.pt"),
        ("https://hub.example/lab/llm/resolve/main/m.pt", "model", "lab/llm", "main", "m.pt"),
        ("/buckets/lab/b/resolve/deep/m.pt", "bucket", "lab/b", None, "deep/m.pt"),
        ("/api/models/lab/llm", "model", "lab/llm", None, None),
        ("/api/models/gpt2/revision/main", "model", "gpt2", "main", None),
        ("/api/datasets/lab/d/tree/main/data/x", "dataset", "lab/d", "main", "data/x"),
        ("/api/resolve-cache/models/lab/llm/main/m.pt", "model", "lab/llm", "main", "m.pt"),
        ("/datasets/lab/d.git/info/lfs/objects/batch", "dataset", "lab/d", None, None),
        ("/lab/llm/resolve/main/%00%ff.bin", "model", "lab/llm", "main", "\\x00\ufffd.bin"),
    ],
)
def test_an_address_names_a_file_of_a_repository(
    target: str, kind: str, repo: str, revision: str | None, path: str | None
) -> None:
    found = asked(target)
    assert (found.kind, found.repo, found.revision, found.path) == (kind, repo, revision, path)


@pytest.mark.parametrize("target", ["/", "/index.html", "/resolve/main/x", "/api/models", "*"])
def test_other_addresses_name_none(target: str) -> None:
    assert asked(target).repo is None


@pytest.mark.parametrize(
    ("method", "target", "action"),
    [
        ("GET", "/lab/llm/resolve/main/m.pt", "hf-download"),
        ("HEAD", "/lab/llm/resolve/main/m.pt", "hf-inspect"),
        ("POST", "/api/models/lab/llm/commit/main", "hf-upload"),
        ("PUT", "/api/models/lab/llm/settings", "hf-change"),
        ("POST", "/api/models/lab/llm/paths-info/main", "hf-inspect"),
        ("POST", "/lab/llm.git/git-receive-pack", "hf-upload"),
        ("POST", "/lab/llm.git/git-upload-pack", "hf-download"),
        ("DELETE", "/api/models/lab/llm", "hf-change"),
        ("GET", "/healthz", "http-request"),
    ],
)
def test_method_and_address_make_the_action(method: str, target: str, action: str) -> None:
    assert action_of(asked(target).verb, method) == action


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("m.bin", "pickle"),
        ("m.PT", "pickle"),
        ("m.safetensors", "safetensors"),
        ("m.h5", "keras"),
        ("m.gguf", "gguf"),
        ("README", None),
        ("t.parquet", "table"),
        ("model.py", "code"),
    ],
)
def test_the_ending_tells_the_format(name: str, kind: str | None) -> None:
    assert asked(f"/lab/llm/resolve/main/{name}").format == kind


def test_a_client_tells_its_libraries() -> None:
    told = libraries("transformers/4.49.0; hf_hub/0.29.1; python/3.11.9; torch/2.5.1")
    assert told["library"] == "transformers"
    assert (told["hf_hub"], told["python"], told["torch"]) == ("0.29.1", "3.11.9", "2.5.1")
    assert libraries("unknown/None; hf_hub/1.0")["library_version"] == "None"
    assert libraries("Mozilla/5.0 (X11) Gecko/1") == {}


@pytest.mark.parametrize(
    ("target", "repo"),
    [
        ("/repository/hf-proxy/gpt2/resolve/main/m.pt", "gpt2"),
        ("/repository/hf-proxy/lab/llm/resolve/main/m.pt", "lab/llm"),
        ("/api/huggingfaceml/hf-remote/lab/llm/resolve/main/m.pt", "lab/llm"),
        ("/artifactory/api/huggingfaceml/hf/api/models/lab/llm/revision/main", "lab/llm"),
    ],
)
def test_what_a_repository_manager_puts_in_front_is_no_owner(target: str, repo: str) -> None:
    assert asked(target).repo == repo


def test_a_large_file_at_its_store_is_known_by_its_hash() -> None:
    name = "response-content-disposition=attachment%3B+filename%3D%22model.safetensors%22%3B"
    found = asked(f"https://cdn.example/repos/9f/1c/{'a' * 64}/{'b' * 64}?{name}&Expires=1")
    assert (found.sha256, found.path, found.format) == (
        "b" * 64,
        "model.safetensors",
        "safetensors",
    )
    assert action_of(found.verb, "GET") == "hf-download"


@pytest.mark.shared_data
def test_every_path_of_the_api_is_told_for_what_it_is(real_logs: Path) -> None:
    calls = (real_logs / "huggingface/paths.txt").read_text().splitlines()
    assert len(calls) == 314
    for call in calls:
        method, _, template = call.partition(" ")
        target = re.sub(r"\{(\w+)\}", lambda match: FILLED.get(match[1], match[1]), template)
        found = asked(target)
        action = action_of(found.verb, method)
        reads = method == "GET" or any(part in target.split("/") for part in ASKING)
        expected = {"hf-inspect", "hf-download"} if reads else {"hf-change", "hf-upload"}
        expected = {"hf-upload"} if "xet-write-token" in target else expected
        assert action in expected, call
        if "{repo}" in template and "inference" not in template:
            assert found.repo == "lab/llm", call
            assert ("main" in target) == (found.revision == "main"), call
