"""Raw log lines as the real tools write them, out of what matters for a rule."""

import dataclasses
import importlib
import io
import json
from typing import Any

import pyarrow as pa

from tests.analytics.sources import reading

CONTEXT = dataclasses.replace(reading.CONTEXT, user="asilva")
Log = tuple[str, str]  # a source's name, and lines that it reads


def audited(*arguments: str, exe: str = "", **more: Any) -> Log:
    """The records of a program's start."""
    path = exe or f"/usr/bin/{arguments[0].rpartition('/')[2]}"
    told = " ".join(f"a{place}={_value(text)}" for place, text in enumerate(arguments))
    return _records(
        call(59, exe=path, **more),
        f"EXECVE argc={len(arguments)} {told}",
        'CWD cwd="/home/asilva"',
        _path(0, path),
        f"PROCTITLE proctitle={chr(0).join(arguments).encode().hex().upper()}",
    )


def called(number: int, *paths: tuple[str, str], **more: Any) -> Log:
    """The records of a system call, with the files that it touched and how each."""
    touched = [_path(place, path, kind) for place, (path, kind) in enumerate(paths)]
    return _records(call(number, **more), 'CWD cwd="/home/asilva"', *touched)


def written(path: str, exe: str = "/usr/bin/bash") -> Log:
    """The records of a file that was made."""
    return called(257, (path, "CREATE"), exe=exe, a2="241")


def told(kind: str, text: str) -> Log:
    """The record of what a program told the audit system."""
    of_program = 'exe="/usr/lib/x" hostname=? addr=? terminal=? res=success'
    return _records(f"{kind} pid=1 uid=0 auid=1017 ses=3 msg='{text} {of_program}'")


def call(number: int, exe: str = "/usr/bin/bash", key: str = "", **more: Any) -> str:
    """A SYSCALL record; of `a0` to `a3`, `euid` and `comm` what is wanted."""
    told = {"a0": "7ffe", "a1": "1", "a2": "0", "a3": "8", "euid": 1017} | more
    comm = more.get("comm", exe.rpartition("/")[2])
    return (
        f"SYSCALL arch=c000003e syscall={number} success=yes exit=0 a0={told['a0']} a1={told['a1']}"
        f" a2={told['a2']} a3={told['a3']} items=1 ppid=900 pid=4101 auid=1017 uid=1017 gid=1017"
        f" euid={told['euid']} suid=1017 fsuid=1017 egid=1017 sgid=1017 fsgid=1017 tty=pts2 ses=12"
        f' comm="{comm}" exe="{exe}" key={_value(key) if key else "(null)"}'
    )


def connected(exe: str, address: str, port: int) -> Log:
    """The records of a connection to an IPv4 address."""
    told = b"\x02\x00" + port.to_bytes(2, "big") + bytes(map(int, address.split("."))) + bytes(8)
    return _records(call(42, exe), f"SOCKADDR saddr={told.hex().upper()}")


def typed(command: str) -> Log:
    """A line of a Z shell's history."""
    return "zsh_history", f": 1767225600:0;{command}\n"


def syslog(program: str, text: str) -> Log:
    return "syslog", f"Feb  3 10:00:00 login1 {program}[4711]: {text}\n"


def sudo(text: str) -> Log:
    """A line of sudo's own log."""
    return "sudo_log", f"Dec  1 10:00:00 : {text}\n"


def asked(
    path: str, method: str = "GET", status: int = 200, agent: str = "-", referrer: str = "-"
) -> Log:
    """A request as nginx and Apache log it."""
    line = (
        f'10.4.2.17 - - [28/Feb/2026:09:14:02 +0100] "{method} {path} HTTP/1.1" {status} 12'
        f' "{referrer}" "{agent}"\n'
    )
    return "hf_access", line


def proxied(address: str, method: str = "GET") -> Log:
    """A request as Squid logs it."""
    line = f"1772266442.118    412 10.4.2.17 TCP_MISS/200 98 {method} {address} ana HIER_NONE/- -\n"
    return "squid_access", line


def github(action: str) -> Log:
    told = {"@timestamp": 1771578000001, "_document_id": "d1", "action": action, "actor": "bkim"}
    return _line("github_audit", told | {"org": "lab", "repo": "lab/trainlib"})


def bitbucket(category: str, action: str) -> Log:
    kind = {"action": action, "category": category, "area": "PERMISSIONS", "level": "BASE"}
    told = {"auditType": kind, "author": {"id": "6", "name": "bkim", "type": "NORMAL"}}
    time = {"epochSecond": 1771574400, "nano": 313000000}
    more = {"affectedObjects": [], "changedValues": [], "extraAttributes": []}
    return _line("bitbucket_audit", told | more | {"timestamp": time, "source": "10.4.0.7"})


def kubernetes(verb: str, resource: str, **more: Any) -> Log:
    """A request to the API server; `group`, `namespace`, `subresource`, `code`, `uri`, `spec`."""
    about = {"resource": resource, "namespace": more.get("namespace", "team"), "name": "x"}
    about |= {"apiVersion": "v1"}
    about |= {"apiGroup": more["group"]} if "group" in more else {}
    about |= {"subresource": more["subresource"]} if "subresource" in more else {}
    told = {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "RequestResponse",
        "auditID": "a1",
        "stage": "ResponseComplete",
        "requestURI": more.get("uri", f"/api/v1/{resource}"),
        "verb": verb,
        "user": {"username": "bkim@lab.example", "groups": ["system:authenticated"]},
        "sourceIPs": ["10.0.4.17"],
        "userAgent": "kubectl/v1.31.2",
        "objectRef": about,
        "responseStatus": {"metadata": {}, "code": more.get("code", 200)},
        "requestReceivedTimestamp": "2026-02-10T09:30:00.123456Z",
        "stageTimestamp": "2026-02-10T09:30:00.234567Z",
    }
    wanted = {"requestObject": {"spec": more["spec"]}} if "spec" in more else {}
    return _line("kubernetes_audit", told | wanted)


def okta(event: str, **more: Any) -> Log:
    told = {"uuid": "5c1f", "published": "2026-02-10T08:00:01.123Z", "eventType": event}
    told |= {"severity": "INFO", "displayMessage": "Something", "outcome": {"result": "SUCCESS"}}
    told |= {"actor": {"id": "00u1", "type": "User", "alternateId": "ana@lab.example"}}
    return _line("okta_system_log", told | more)


def sent(**told: Any) -> Log:
    """An event of another system, sent as ECS with fields of its own."""
    return _line("ecs", {"@timestamp": "2026-02-10T08:00:01Z", "ecs": {"version": "8.11.0"}} | told)


def events(log: Log) -> pa.Table:
    """What our own parser makes of it."""
    source, lines = log
    module = importlib.import_module(f"analytics.sources.{source}")
    parts = list(module.SOURCE.parse(io.BytesIO(lines.encode()), CONTEXT))
    assert [line for part in parts for line in part.rejected] == []
    return pa.concat_tables([part.events for part in parts])


def _line(source: str, told: dict[str, Any]) -> Log:
    return source, json.dumps(told) + "\n"


def _records(*records: str) -> Log:
    stamp = "msg=audit(1767225600.101:501):"
    parted = (record.partition(" ") for record in records)
    return "auditd", "".join(f"type={kind} {stamp} {told}\n" for kind, _, told in parted)


def _path(place: int, path: str, kind: str = "NORMAL") -> str:
    of_file = "inode=7 dev=fd:01 mode=0100644 ouid=0 ogid=0 rdev=00:00"
    return f"PATH item={place} name={_value(path)} {of_file} nametype={kind}"


def _value(text: str) -> str:
    """As the kernel writes it: quoted, or in hexadecimal where a character would break it."""
    plain = all("!" <= letter <= "~" and letter != '"' for letter in text)
    return f'"{text}"' if plain else text.encode().hex().upper()
