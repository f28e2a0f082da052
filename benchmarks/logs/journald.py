"""A day of the journals of login nodes and GPU nodes, as `journalctl -o json` writes them."""

import random
from typing import Any

from benchmarks.json_lines import json_lines
from benchmarks.logs.syslog import HOSTS, said

START = 1_767_225_600_000_000  # microseconds since 1970
OF_ROOT = "1ffffffffff"  # what root may do
PATHS = {"CRON": "/usr/sbin/cron", "sudo": "/usr/bin/sudo", "systemd": "/usr/lib/systemd/systemd"}


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(_entry, size, seed)


def _entry(number: int, chance: random.Random) -> dict[str, Any]:
    tag, _, message = said(chance).partition(": ")
    program, _, pid = tag.partition("[")
    host = chance.randrange(len(HOSTS))
    time, boot = START + number * 863_137, f"{host:032x}"
    entry = {
        "__CURSOR": f"s={host + 99:032x};i={number:x};b={boot};m={time >> 9:x};t={time:x};"
        f"x={chance.getrandbits(64):x}",
        "__REALTIME_TIMESTAMP": str(time + chance.randrange(900)),
        "__MONOTONIC_TIMESTAMP": str(time >> 9),
        "__SEQNUM": str(number),
        "_BOOT_ID": boot,
        "_MACHINE_ID": f"{host + 512:032x}",
        "_HOSTNAME": HOSTS[host],
        "PRIORITY": chance.choice("34566666"),
        "SYSLOG_IDENTIFIER": program,
        "MESSAGE": message,
    }
    if program == "kernel":
        return entry | {"_TRANSPORT": "kernel", "SYSLOG_FACILITY": "0"}
    entry |= _process(program, pid.rstrip("]"), chance)
    if program == "systemd":
        unit = message.rpartition(" ")[2].strip(".")
        invoked = {"CODE_FUNC": "job_emit_done_message", "UNIT": f"{unit}.service"}
        return entry | invoked | {"_TRANSPORT": "journal", "JOB_ID": str(number)}
    transport = chance.choice(("syslog", "syslog", "stdout"))
    return entry | {"_TRANSPORT": transport, "_SOURCE_REALTIME_TIMESTAMP": str(time)}


def _process(program: str, pid: str, chance: random.Random) -> dict[str, str]:
    """What systemd knows of the process."""
    name = program.rpartition("/")[2].lower()
    path = PATHS.get(program, f"/usr/sbin/{name}")
    told = {
        "_PID": pid,
        "_UID": "0",
        "_GID": "0",
        "_COMM": name[:15],
        "_EXE": path,
        "_CMDLINE": f"{path} --foreground",
        "_CAP_EFFECTIVE": OF_ROOT,
        "_SELINUX_CONTEXT": "unconfined\n",
        "_SYSTEMD_INVOCATION_ID": f"{chance.getrandbits(8):032x}",
    }
    if program in ("sshd", "sudo", "su", "CRON"):
        session, user = str(chance.randint(1, 3_000)), str(1000 + chance.randrange(32))
        scope = f"session-{session}.scope"
        return told | {
            "_AUDIT_SESSION": session,
            "_AUDIT_LOGINUID": user,
            "_SYSTEMD_CGROUP": f"/user.slice/user-{user}.slice/{scope}",
            "_SYSTEMD_SESSION": session,
            "_SYSTEMD_UNIT": scope,
        }
    cgroup, unit = f"/system.slice/{name}.service", f"{name}.service"
    return told | {"_SYSTEMD_CGROUP": cgroup, "_SYSTEMD_UNIT": unit, "_SYSTEMD_SLICE": "system"}
