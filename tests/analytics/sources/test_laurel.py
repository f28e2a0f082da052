"""LAUREL: the same audit event by raw log and by LAUREL is one event with the same fields."""

import io
import json
import random
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.detection.loading import OWN_RULES, load
from analytics.detection.matcher import match
from analytics.event import Context, Rejected, Source
from analytics.jsonlog import alike, learning
from analytics.sources.auditd import SOURCE as AUDITD
from analytics.sources.laurel import SOURCE

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
CONTEXT = Context(
    feed="audit",
    batch="1",
    origin="first-line",
    received=datetime(2027, 3, 1, tzinfo=UTC),
    host="gpu03",
)
LINE = re.compile(r"(?:node=(\S+) )?type=(\S+) msg=audit\(([^)]+)\): ?(.*)")
FIELD = re.compile(r"""([\w-]+(?:\[\d+\])?)=("[^"]*"|'[^']*'|[^\s\x1d]*)""")
ONE = {"SYSCALL", "EXECVE", "CWD", "PROCTITLE"}  # of these LAUREL has one, of others a list
OF_THE_FORMAT = {"event.original", "event.dataset", "batch.line"}
TEXTS = {"comm", "ocomm", "exe", "name", "cwd", "proctitle", "cmd", "data", "acct", "key", "saddr"}
Row = dict[str, Any]


def read(log: str, source: Source = SOURCE) -> tuple[list[Row], list[Rejected]]:
    batches = list(source.parse(io.BytesIO(log.encode()), CONTEXT))
    rows = [row for batch in batches for row in batch.events.to_pylist()]
    for row in rows:
        row["labels"] = dict(row["labels"] or ())
    return rows, [rejected for batch in batches for rejected in batch.rejected]


def one(event: object) -> Row:
    rows, rejected = read(json.dumps(event))
    assert not rejected
    return rows[0]


# raw records as LAUREL writes them


def escaped(raw: bytes) -> str:
    text = raw.decode("utf-8", "surrogateescape")
    return "".join(
        character
        if character.isprintable() and character not in "%+"
        else "".join(f"%{byte:02x}" for byte in character.encode("utf-8", "surrogateescape"))
        for character in text
    )


def value_of(name: str, told: str) -> object:
    if told in ("(null)", "?"):
        return None
    if told[:1] == '"':
        return escaped(told.strip('"').encode())
    if name in TEXTS or re.fullmatch(r"a\d+(\[\d+\])?", name):
        whole = re.fullmatch(r"(?:[0-9A-F]{2})+", told)
        return escaped(bytes.fromhex(told)) if whole else told
    if name == "arch":
        return f"0x{told}"
    if name in ("mode", "oflag"):
        return f"0o{told}"
    return int(told) if re.fullmatch(r"-?\d{1,18}", told) else told


def body_of(kind: str, text: str) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for name, told in FIELD.findall(text):
        if told[:1] == "'":
            body[name] = escaped(told.strip("'").encode())
        elif kind == "SYSCALL" and name in ("a0", "a1", "a2", "a3"):
            body.setdefault("ARGV", []).append(f"0x{told}")
        elif kind == "EXECVE" and (place := re.match(r"a(\d+)(?:\[|$)", name)):
            words = body.setdefault("ARGV", [])
            words += [""] * (int(place[1]) + 1 - len(words))
            words[int(place[1])] += value_of(name, told)
        elif name == "proctitle":
            raw = told.strip('"').encode() if told[0] == '"' else bytes.fromhex(told)
            body["ARGV"] = [escaped(word) for word in raw.split(b"\x00")]
        else:
            body[name] = value_of(name, told)
    return body


def as_laurel(log: str) -> str:
    events: dict[tuple[str, str], dict[str, Any]] = {}
    begun: dict[tuple[str, str, str], str] = {}
    for line in log.split("\n"):
        found = LINE.match(line)
        if found is None or found[2] == "EOE":
            continue
        node, kind, stamp, text = found.groups()
        event = events.setdefault((node, stamp), {"ID": stamp} | ({"NODE": node} if node else {}))
        if kind in ONE:  # the record may go on in another one
            begun[node, stamp, kind] = f"{begun.get((node, stamp, kind), '')} {text}"
            event[kind] = body_of(kind, begun[node, stamp, kind])
        else:
            event.setdefault(kind, []).append(body_of(kind, text))
    return "\n".join(json.dumps(event, ensure_ascii=False) for event in events.values())


@pytest.mark.parametrize("sample", sorted((GOLDEN / "auditd").glob("*.log")), ids=lambda p: p.stem)
def test_the_same_event_has_the_same_id_and_fields_by_either_way(sample: Path) -> None:
    log = sample.read_text(encoding="utf-8")
    raw = {row["event.id"]: row for row in read(log, AUDITD)[0]}
    seen = 0
    for row in read(as_laurel(log))[0]:
        if row["event.action"] != "incomplete" and raw[row["event.id"]]["event.action"]:
            other = raw[row["event.id"]]
            assert {name: value for name, value in row.items() if name not in OF_THE_FORMAT} == {
                name: value for name, value in other.items() if name not in OF_THE_FORMAT
            }
            seen += 1
    assert seen > 2


def test_rules_for_auditd_find_what_laurel_tells() -> None:
    log = (GOLDEN / "laurel/events.jsonl").read_bytes()
    (batch,) = SOURCE.parse(io.BytesIO(log), CONTEXT)
    found = {alert.rule for alert in match(load([OWN_RULES]), batch.events)}
    assert {"signal_to_other_account", "checkpoint_of_other_changed"} <= found


def test_a_login_id_that_was_dropped_is_known_by_its_name() -> None:
    call = {"SYSCALL": "execve", "AUID": "asilva", "UID": "root", "EUID": "root", "exe": "/bin/id"}
    row = one({"ID": "1767225600.000:1", "SYSCALL": call})
    assert (row["actor.account"], row["actor.basis"]) == ("unix:asilva", "auid")
    assert row["user.effective.name"] == "root"
    numbered = one({"ID": "1767225600.000:1", "SYSCALL": call | {"AUID": "unknown(1017)"}})
    assert numbered["actor.account"] == "uid:site/1017"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ({"saddr": "%02%00%01%bb%cb%00q%09%00%00%00%00%00%00%00%00"}, ("203.0.113.9", "443")),
        (
            {"SADDR": {"saddr_fam": "inet", "addr": "203.0.113.9", "port": 443}},
            ("203.0.113.9", "443"),
        ),
        (
            {"SADDR": {"saddr_fam": "inet6", "addr": "2001:db8::9", "port": 22}},
            ("2001:db8::9", "22"),
        ),
        ({"SADDR": {"saddr_fam": "local", "path": "/run/mux.sock"}}, ("/run/mux.sock", None)),
        ({"SADDR": {"saddr_fam": "inet", "addr": "no", "port": 1 << 40}}, (None, None)),
    ],
)
def test_addresses_are_read_raw_and_translated(
    address: Row, shown: tuple[str | None, str | None]
) -> None:
    call = {"arch": "0xc000003e", "syscall": 42, "success": "yes"}
    row = one({"ID": "1767225600.000:1", "SYSCALL": call, "SOCKADDR": [address]})
    assert (row["labels"].get("destination"), row["labels"].get("port")) == shown


def test_a_text_that_looks_like_hexadecimal_stays_as_it_is() -> None:
    call = {"arch": "0xc000003e", "syscall": 59, "comm": "DEAD", "exe": '/opt/"BEEF"'}
    row = one({"ID": "1767225600.000:1", "SYSCALL": call, "PATH": [{"name": "CAFE"}]})
    assert (row["process.name"], row["process.executable"]) == ("DEAD", '/opt/"BEEF"')
    assert row["file.path"] == "CAFE"


def of_some_processes(chance: random.Random) -> str:
    """Many events of few processes, of which some are launchers, with sentences of any length."""
    samples = (GOLDEN / "laurel/usual.jsonl").read_text(encoding="utf-8").splitlines()
    events = [json.loads(chance.choice(samples)) for _ in range(100)]
    for number, event in enumerate(events):
        none = chance.choice((*[""] * 9, "x"))  # makes it no stamp
        event["ID"] = f"1767225600.{number:03}:{chance.randrange(9)}{none}"
        event["NODE"] = chance.choice(("gpu1", "gpu2"))
        call = event["SYSCALL"]
        call["pid"], call["ppid"] = (
            chance.randrange(12),
            chance.choice((chance.randrange(12), 1e11)),
        )
        call["comm"] = chance.choice((*["bash"] * 9, "slurmstepd", "containerd"))
        call["exe"] = chance.choice((*["/usr/bin/bash"] * 9, "/usr/sbin/slurmd", "runc"))
        if "EXECVE" in event:
            event["EXECVE"]["ARGV"][0] *= chance.choice((1, 1, 3, 30))
            event["EXECVE"]["ARGV"][1] = chance.choice(("a%20b", "%41", "x\ny", "a b"))
    kept = [json.dumps(event).replace("%41", "\\u002541") for event in events]
    kept.insert(chance.randrange(100), '{"ID":"no stamp"}')
    return "\n".join(kept)


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 1 << 32))
def test_who_descends_from_a_launcher_is_told_in_the_order_of_the_log(seed: int) -> None:
    log = of_some_processes(random.Random(seed))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alike, "ENOUGH", 1 << 30)
        rows, rejected = read(log)
        patch.setattr(alike, "ENOUGH", 3)
        patch.setattr(learning, "FEW", 2)
        filled, others = read(log)
    assert others == rejected
    assert sorted(filled, key=lambda row: row["batch.line"]) == rows
    assert "uid (job)" in {row["actor.basis"] for row in rows}


@pytest.mark.parametrize(
    ("head", "sure"),
    [
        (b'{"ID":"1767225600.101:501","SYSCALL":{"arch":"0xc000003e"', True),
        (b'{"NODE":"gpu03","PATH":[{"name":"/x"}],"ID":"1767225600.101:501"}', True),
        (b'@cee: {"ID":"1767225600.101:501","USER_CMD":[{', True),
        (b'{"ID":"1767225600.101:501"}', False),
        (b'{"ID":"7","SYSCALL":{}}', False),
        (b"type=SYSCALL msg=audit(1767225600.101:501): arch=c000003e", False),
    ],
)
def test_it_knows_its_own(head: bytes, sure: bool) -> None:
    assert (SOURCE.recognises(head, "audit.log") > 0.5) is sure
