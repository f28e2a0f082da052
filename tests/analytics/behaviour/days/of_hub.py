"""Days for the features of the hub, of buckets and of everything: what alice and mallory did, and
the number it makes."""

from datetime import timedelta

from tests.analytics.behaviour.days.raw import (
    Day,
    Row,
    accounted,
    at_hub,
    audited,
    fetched,
    in_bucket,
    raw,
    signed_on,
    typed,
)

TOKEN = {"type": "access_token", "role": "write"}


def stored(user: str, size: int, status: int = 201) -> list[Row]:
    """A file sent to Nexus."""
    return raw(
        "nexus_request",
        f"10.4.2.21 - {user} [10/Mar/2026:09:14:04 +0000] "
        f'"PUT /repository/raw/llm/model.safetensors HTTP/1.1" {status} {size} 0 9120 '
        '"curl/8.5.0" [qtp1-7]',
    )


def on_saturday(*rows: Row) -> list[Row]:
    """The same of four days later."""
    return [{**row, "@timestamp": row["@timestamp"] + timedelta(days=4)} for row in rows]


def job_ended(user: str, uid: int, hour: int, days: int = 0) -> list[Row]:
    """A job that ended by itself so many hours after ten."""
    rows = accounted(f"4|{user}|{uid}|COMPLETED|gpu01|2")
    return [{**row, "@timestamp": row["@timestamp"] + timedelta(days, 3600 * hour)} for row in rows]


def at_hours(user: str, *hours: int) -> list[Row]:
    """A command in each of these hours after ten."""
    return [
        {**row, "@timestamp": row["@timestamp"] + timedelta(hours=hour)}
        for hour in hours
        for row in typed(user, "ls")
    ]


ALICE: dict[str, Day] = {
    "files_fetched": (fetched("alice", "/lab/llm/resolve/main/config.json"), 1),
    "uploads": (fetched("alice", "/lab/llm/resolve/main/config.json"), 0),
    "bytes_uploaded": (stored("alice", 100) + stored("alice", 5000, status=403), 100),
    "gguf_fetched": (fetched("alice", "/lab/llm/resolve/main/model.safetensors"), 0),
    "model_code_fetched": (fetched("alice", "/lab/llm/resolve/main/config.json"), 0),
    "datasets_fetched": (fetched("alice", "/lab/llm/resolve/main/config.json"), 0),
    "models_inspected": (fetched("alice", "/lab/llm/resolve/main/config.json", method="HEAD"), 1),
    "hub_settings_changed": (at_hub("alice", "repo.create"), 0),
    "distinct_tokens": (at_hub("alice", "repo.create", token={**TOKEN, "id": "a"}) * 2, 1),
    "objects_read": (in_bucket("alice", "get", "a", "a"), 1),
    "objects_deleted": (in_bucket("alice", "get", "a"), 0),
    "weekend_events": (typed("alice", "ls") + job_ended("alice", 1001, 0, days=4), 0),
    "active_hours": (at_hours("alice", 0, 0, 1) + job_ended("alice", 1001, 9), 2),
    "distinct_addresses": (fetched("alice", "/lab/llm/resolve/main/config.json") * 2, 1),
    "people_touched": (raw("auditd", audited("alice", 90, ("/home/alice/a", "alice"))), 0),
    "new_people_touched": (raw("auditd", audited("alice", 90, ("/home/alice/a", "alice"))), 0),
    "new_model_owners": (fetched("alice", "/lab/a/resolve/main/x", "/lab/b/resolve/main/x"), 1),
    "new_addresses": (fetched("alice", "/lab/llm/resolve/main/config.json") * 2, 1),
    "unusual_hours": (at_hours("alice", 0, 0, 1) + job_ended("alice", 1001, 9), 2),
}
MALLORY: dict[str, Day] = {
    "files_fetched": (fetched("mallory", *(f"/x/y/resolve/main/{n}.bin" for n in range(150))), 150),
    "uploads": (
        fetched("mallory", *["/api/models/mal/stuff/commit/main"] * 4, method="POST")
        + fetched("mallory", "/api/models/mal/stuff/commit/main", method="POST", status=403),
        4,
    ),
    "bytes_uploaded": (stored("mallory", 734_003_200) * 2, 1_468_006_400),
    "gguf_fetched": (fetched("mallory", "/x/y/resolve/main/a.gguf", "/x/y/resolve/main/b.gguf"), 2),
    "model_code_fetched": (fetched("mallory", "/x/y/resolve/main/modeling_y.py"), 1),
    "datasets_fetched": (
        fetched("mallory", *(f"/datasets/lab/{n}/resolve/main/a.parquet" for n in range(5))),
        5,
    ),
    "models_inspected": (
        fetched(
            "mallory", *(f"/lab/{n}/resolve/main/config.json" for n in range(20)), method="HEAD"
        ),
        20,
    ),
    "hub_settings_changed": (
        at_hub("mal", "org.settings.security.2fa.disable")
        + at_hub("mal", "repo.update_settings", data={"repo": {"name": "lab/a", "type": "model"}}),
        2,
    ),
    "distinct_tokens": (
        [
            row
            for name in "abc"
            for row in at_hub("mal", "repo.create", token={**TOKEN, "id": name})
        ],
        3,
    ),
    "objects_read": (in_bucket("mal", "get", *(f"step-{n}" for n in range(120))), 120),
    "objects_deleted": (in_bucket("mal", "delete", "a", "b", "c"), 3),
    "weekend_events": (on_saturday(*typed("mallory", *["ls"] * 30)), 30),
    "active_hours": (at_hours("mallory", *range(13)), 13),
    "distinct_addresses": (
        [row for _ in range(5) for row in signed_on("mal", "user.session.start")],
        5,
    ),
    "people_touched": (
        raw(
            "auditd",
            audited("mallory", 90, ("/home/bob/a", "bob")),
            audited("mallory", 62, pid_of="carol"),
            audited("mallory", 87, ("/home/bob/b", "bob")),
        ),
        2,
    ),
    "new_people_touched": (
        raw(
            "auditd",
            audited("mallory", 90, ("/home/bob/a", "bob")),
            audited("mallory", 62, pid_of="carol"),
        ),
        2,
    ),
    "new_model_owners": (
        fetched("mallory", "/a/x/resolve/main/y", "/b/x/resolve/main/y", "/gpt2/resolve/main/y"),
        2,
    ),
    "new_addresses": (
        [row for _ in range(3) for row in signed_on("mal", "user.session.start")],
        3,
    ),
    "unusual_hours": (at_hours("mallory", *range(5)), 5),
}
