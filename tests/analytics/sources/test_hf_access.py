"""What requests to a hub mean, and who asked."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest

from analytics.event import Context, Rejected
from analytics.sources.hf_access import SOURCE
from analytics.sources.hf_access.hub import action_of, asked, libraries

CONTEXT = Context(
    feed="f", batch="b", origin="o", received=datetime(2026, 3, 1, tzinfo=UTC), host="mirror"
)
SHA = "9f1c0de2a4b6c8d0e2f4061829304a5b6c7d8e9f"


def read(*lines: str) -> tuple[list[dict[str, Any]], list[Rejected]]:
    batches = list(SOURCE.parse(io.BytesIO("\n".join(lines).encode()), CONTEXT))
    rejected = [rejected for batch in batches for rejected in batch.rejected]
    return [event for batch in batches for event in batch.events.to_pylist()], rejected


def line(target: str = "/lab/llm/resolve/main/config.json", **more: str) -> str:
    told = {"client": "10.0.0.1", "user": "-", "time": "20/Feb/2026:08:00:00 +0000"} | more
    agent = told.get("agent", "curl/8.5.0")
    return (
        f"{told['client']} - {told['user']} [{told['time']}] "
        f'"GET {target} HTTP/1.1" {told.get("status", "200")} 5 "-" "{agent}"{told.get("tail", "")}'
    )


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


def test_the_http_user_is_the_actor_and_without_one_only_the_address_is_known() -> None:
    (named, unnamed), _ = read(line(user="asilva"), line())
    assert (named["actor.account"], named["actor.basis"]) == ("unix:asilva", "http user")
    assert (unnamed["actor.account"], unnamed["source.ip"]) == (None, "10.0.0.1")


def test_a_proxied_client_and_a_virtual_host_are_told_apart() -> None:
    (event,), _ = read(line(client="hub.example 192.0.2.7, 10.0.0.9"))
    assert (event["source.ip"], event["host.name"]) == ("192.0.2.7", "hub.example")


def test_more_fields_at_the_end_are_kept() -> None:
    (event,), _ = read(line(tail=' "192.0.2.7" rt=0.2'))
    assert dict(event["labels"])["further"] == '"192.0.2.7" rt=0.2'


@pytest.mark.parametrize(
    ("time", "reason"),
    [
        ("31/Feb/2026:08:00:00 +0000", "cannot be read"),
        ("20/Feb/2026:25:00:00 +0000", "cannot be read"),
        ("20/Feb/2026:08:00:61 +0000", "cannot be read"),
        ("20/Feb/1971:08:00:00 +0000", "before 1980"),
        ("20/Feb/2036:08:00:00 +0000", "in the future"),
    ],
)
def test_a_time_that_cannot_be_is_rejected(time: str, reason: str) -> None:
    events, (rejected,) = read(line(time=time))
    assert not events
    assert reason in rejected.reason


def test_times_are_turned_to_utc() -> None:
    (event,), _ = read(line(time="20/Feb/2026:08:00:07 +0530"))
    assert event["@timestamp"] == datetime(2026, 2, 20, 2, 30, 7, tzinfo=UTC)


def test_equal_lines_of_one_second_stay_two() -> None:
    events, _ = read(line(), line())
    assert events[0]["event.id"] != events[1]["event.id"]


def test_quotes_and_escapes_stay_inside_their_field() -> None:
    (event,), _ = read(line("/lab/llm/resolve/main/a\\x22b.bin", agent='x \\"y\\" z'))
    assert event["hf.path"] == 'a"b.bin'
    assert event["user_agent.original"] == 'x "y" z'
