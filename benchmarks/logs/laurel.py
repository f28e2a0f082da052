"""LAUREL's JSON lines of a GPU cluster: what auditd's records say, joined, named and enriched.

A third are executions, a third openings of files, the rest signals, connections, renames, removals
and what sshd and sudo tell. What varies from line to line varies as on a real node: serials, times,
process ids and those of parents, inodes, pointers among the arguments, names of files, words of
command lines. Users, sessions, programs and directories are drawn from some dozens.
"""

import random
from typing import Any

from benchmarks.json_lines import json_lines

START = 1_767_225_600
USERS = [f"{first}{last}" for first in "abcdefgh" for last in ("silva", "kim", "roux", "nowak")]
PROGRAMS = ("python3.11", "sbatch", "rsync", "nvidia-smi", "git", "bash", "squeue", "torchrun")
SCRIPTS = ("train.py", "eval.py", "prepare.py", "merge_shards.py")
MODELS = ("llm-13b", "llm-70b", "vision-2", "asr-large")
FLAGS = ("0x0", "0x80000", "0x241", "0x80241")  # read, read, write, write


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(_event, size, seed)


def _event(number: int, chance: random.Random) -> dict[str, Any]:
    stamp = f"{START + number // 37}.{chance.randrange(1000):03}:{10_000 + number}"
    event = {"ID": stamp, "NODE": f"gpu{chance.randint(1, 40):02}"}
    (make,) = chance.choices(tuple(SHARES), list(SHARES.values()))
    return event | make(chance, chance.randrange(len(USERS)), stamp)


def _call(
    chance: random.Random, user: int, stamp: str, call: tuple[int, str], program: str, **more: Any
) -> dict[str, Any]:
    """A record of a system call, with what LAUREL knows of the process and its parent."""
    number, name = call
    identity, login, pid = 1000 + user, USERS[user], chance.randrange(2_000, 4_000_000)
    parent = f"{stamp[:10]}.{chance.randrange(1000):03}:{chance.randrange(9_000)}"
    pointers = [f"0x{chance.getrandbits(47):x}" for _ in range(4)]
    names = ("AUID", "UID", "GID", "EUID", "SUID", "FSUID", "EGID", "SGID", "FSGID")
    return {
        "arch": "0xc000003e",
        "syscall": number,
        "success": "yes",
        "exit": 0,
        "items": 2,
        "ppid": pid - chance.randrange(1, 500),
        "pid": pid,
        **{who.lower(): identity for who in names},
        "tty": f"pts{chance.randrange(12)}" if chance.random() < 0.5 else "(none)",
        "ses": chance.randrange(1, 4_000),
        "comm": program[:15],
        "exe": f"/usr/bin/{program}",
        "subj": "unconfined",
        "key": "watched",
        **more,
        "ARCH": "x86_64",
        "SYSCALL": name,
        **dict.fromkeys(names, login),
        "PPID": {"EVENT_ID": parent, "comm": "bash", "exe": "/usr/bin/bash", "ppid": pid - 501},
        "ARGV": pointers,
    }


def _path(chance: random.Random, item: int, name: str, owner: int, kind: str) -> dict[str, Any]:
    owned = {"ouid": 1000 + owner, "ogid": 1000 + owner, "rdev": "00:00", "nametype": kind}
    named = {"OUID": USERS[owner], "OGID": USERS[owner]}
    if owner < 0:
        owned, named = owned | {"ouid": 0, "ogid": 0}, {"OUID": "root", "OGID": "root"}
    where = {"inode": chance.randrange(1 << 40), "dev": "fd:01"}
    mode = "0o040755" if kind == "PARENT" else "0o100644"
    rights = {"cap_fp": "0x0", "cap_fi": "0x0", "cap_fe": 0, "cap_fver": "0x0", "cap_frootid": "0"}
    return {"item": item, "name": name, **where, "mode": mode, **owned, **rights, **named}


def _home(chance: random.Random, user: int) -> str:
    return f"/home/{USERS[user]}/run{chance.randrange(40)}"


def _titled(*words: str) -> dict[str, Any]:
    return {"PROCTITLE": {"ARGV": list(words)}}


def _execution(chance: random.Random, user: int, stamp: str) -> dict[str, Any]:
    program = chance.choice(PROGRAMS)
    seed, out = str(chance.randrange(99_999)), f"runs/{chance.randrange(4_000)}"
    words = [program, chance.choice(SCRIPTS), "--seed", seed, "--out", out]
    words += ["--resume"] * (chance.random() < 0.3) + ["-v"] * (chance.random() < 0.2)
    return {
        "SYSCALL": _call(chance, user, stamp, (59, "execve"), program),
        "EXECVE": {"argc": len(words), "ARGV": words},
        "CWD": {"cwd": _home(chance, user)},
        "PATH": [
            _path(chance, 0, f"/usr/bin/{program}", -1, "NORMAL"),
            _path(chance, 1, "/lib64/ld-linux-x86-64.so.2", -1, "NORMAL"),
        ],
        **_titled(*words),
    }


def _opening(chance: random.Random, user: int, stamp: str) -> dict[str, Any]:
    program, owner = chance.choice(PROGRAMS), chance.randrange(len(USERS))
    call = _call(chance, user, stamp, (257, "openat"), program, exit=chance.randrange(3, 900))
    call["ARGV"] = ["0xffffff9c", call["ARGV"][1], chance.choice(FLAGS), "0x1b6"]
    if chance.random() < 0.06:  # forbidden
        call |= {"success": "no", "exit": -13}
    there = f"/shared/ckpt/{chance.choice(MODELS)}/run{chance.randrange(900)}"
    name = f"{there}/step-{chance.randrange(90_000)}.safetensors"
    return {
        "SYSCALL": call,
        "CWD": {"cwd": _home(chance, user)},
        "PATH": [
            _path(chance, 0, f"{there}/", owner, "PARENT"),
            _path(chance, 1, name, owner, "NORMAL"),
        ],
        **_titled(program, chance.choice(SCRIPTS)),
    }


def _signal(chance: random.Random, user: int, stamp: str) -> dict[str, Any]:
    owner, target = chance.randrange(len(USERS)), chance.randrange(2_000, 4_000_000)
    call = _call(chance, user, stamp, (62, "kill"), "bash", items=0)
    call["ARGV"][:2] = [f"0x{target:x}", chance.choice(("0x9", "0xf", "0x0"))]
    ids = {"opid": target, "oauid": 1000 + owner, "ouid": 1000 + owner}
    names = {"OAUID": USERS[owner], "OUID": USERS[owner]}
    told = ids | {"oses": chance.randrange(4_000), "ocomm": chance.choice(PROGRAMS), **names}
    return {"SYSCALL": call, "OBJ_PID": [told], **_titled("-bash")}


def _connection(chance: random.Random, user: int, stamp: str) -> dict[str, Any]:
    call = _call(chance, user, stamp, (42, "connect"), "curl", items=0)
    address = f"10.{chance.randrange(8)}.{chance.randrange(256)}.{chance.randrange(256)}"
    where = {"saddr_fam": "inet", "addr": address, "port": chance.choice((22, 443, 8080))}
    words = ("curl", "-T", f"shard-{chance.randrange(9_000)}.tar", f"https://{address}/")
    return {"SYSCALL": call, "SOCKADDR": [{"SADDR": where}], **_titled(*words)}


def _renaming(chance: random.Random, user: int, stamp: str) -> dict[str, Any]:
    home, name = _home(chance, user), f"epoch-{chance.randrange(9_000)}.safetensors"
    return {
        "SYSCALL": _call(chance, user, stamp, (82, "rename"), "mv", items=4),
        "CWD": {"cwd": home},
        "PATH": [
            _path(chance, 0, home, user, "PARENT"),
            _path(chance, 1, home, user, "PARENT"),
            _path(chance, 2, f"{name}.part", user, "DELETE"),
            _path(chance, 3, name, user, "CREATE"),
        ],
        **_titled("mv", f"{name}.part", name),
    }


def _removal(chance: random.Random, user: int, stamp: str) -> dict[str, Any]:
    owner = user if chance.random() < 0.9 else chance.randrange(len(USERS))
    there = f"/scratch/{USERS[owner]}/tmp{chance.randrange(90)}"
    name = f"{there}/part-{chance.randrange(90_000)}"
    return {
        "SYSCALL": _call(chance, user, stamp, (263, "unlinkat"), "rm"),
        "CWD": {"cwd": _home(chance, user)},
        "PATH": [
            _path(chance, 0, f"{there}/", owner, "PARENT"),
            _path(chance, 1, name, owner, "DELETE"),
        ],
        **_titled("rm", "-rf", there),
    }


def _told(chance: random.Random, user: int, _stamp: str) -> dict[str, Any]:
    """What sshd and sudo say of people, in words of their own."""
    identity, pid, session = 1000 + user, chance.randrange(2_000, 4_000_000), chance.randrange(4000)
    who = {"pid": pid, "uid": 0, "auid": identity, "ses": session, "subj": "unconfined"}
    named = {"UID": "root", "AUID": USERS[user]}
    if chance.random() < 0.4:
        told = f'cwd="{_home(chance, user)}" cmd="scancel {chance.randrange(900_000)}"'
        told += ' exe="/usr/bin/sudo" terminal=pts/2 res=success'
        return {"USER_CMD": [who | {"uid": identity, "msg": told, **named}]}
    address = f"10.0.{chance.randrange(4)}.{chance.randrange(256)}"
    told = f'op=PAM:session_open grantors=pam_unix acct="{USERS[user]}" exe="/usr/sbin/sshd"'
    told += f" hostname={address} addr={address} terminal=ssh res=success"
    return {"USER_START": [who | {"msg": told, **named}]}


SHARES = {
    _execution: 34,
    _opening: 33,
    _told: 9,
    _signal: 7,
    _connection: 6,
    _removal: 6,
    _renaming: 5,
}
