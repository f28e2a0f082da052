"""Raw audit logs, generated: a third executions, a third openings of files.

The rest are signals, sessions and renames; one event in ten is interleaved with the next, no EOE
records, as auditd writes them.
"""

import random
from collections.abc import Iterator

START = 1_767_225_600
PROGRAMS = ("python3.11", "sbatch", "rsync", "nvidia-smi", "git", "bash", "squeue", "torchrun")


def generated(size: int, seed: int = 7) -> bytes:
    """A log of at least so many lines."""
    chance = random.Random(seed)
    lines: list[str] = []
    waiting: list[str] = []
    serial = 0
    while len(lines) < size:
        serial += 1
        stamp = f"{START + serial // 20}.{serial % 20 * 50:03d}:{serial}"
        records = [f"type={kind} msg=audit({stamp}): {body}" for kind, body in _event(chance)]
        if waiting:
            lines += [records[0], *waiting, *records[1:]]
            waiting = []
        elif len(records) > 2 and chance.random() < 0.1:
            lines += records[:-1]
            waiting = records[-1:]
        else:
            lines += records
    return ("\n".join(lines + waiting) + "\n").encode()


def _event(chance: random.Random) -> Iterator[tuple[str, str]]:
    kind = chance.random()
    user, pid = chance.randint(1000, 1060), chance.randint(2000, 60_000)
    program = chance.choice(PROGRAMS)
    if kind < 0.34:
        yield from _execution(user, pid, program, chance)
    elif kind < 0.67:
        yield from _opening(user, pid, program, chance)
    elif kind < 0.77:
        yield from _signal(user, pid, chance)
    elif kind < 0.85:
        yield from _renaming(user, pid, chance)
    else:
        message = f'op=PAM:session_open acct="u{user}" exe="/usr/sbin/sshd" hostname=10.0.0.9'
        yield (
            "USER_START",
            f"pid={pid} uid=0 auid={user} ses={user % 50 + 1} msg='{message} addr=10.0.0.9"
            " terminal=ssh res=success'",
        )


def _syscall(number: int, arguments: str, user: int, pid: int, program: str, items: int) -> str:
    return (
        f"arch=c000003e syscall={number} success=yes exit=0 {arguments} items={items}"
        f" ppid={pid - 1} pid={pid} auid={user} uid={user} gid={user} euid={user} suid={user}"
        f" fsuid={user} egid={user} sgid={user} fsgid={user} tty=pts1 ses={user % 50 + 1}"
        f' comm="{program}" exe="/usr/bin/{program}" key="watched"'
    )


def _file(item: int, name: str, owner: int, kind: str) -> str:
    return (
        f'item={item} name="{name}" inode={owner * 7} dev=fd:00 mode=0100644 ouid={owner}'
        f" ogid={owner} rdev=00:00 nametype={kind} cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0"
        " cap_frootid=0"
    )


def _execution(
    user: int, pid: int, program: str, chance: random.Random
) -> Iterator[tuple[str, str]]:
    arguments = [program, "train.py", "--seed", str(chance.randint(1, 9999)), "--out", "runs/7"]
    yield "SYSCALL", _syscall(59, "a0=55d8 a1=55d9 a2=55da a3=8", user, pid, program, 2)
    told = " ".join(f'a{index}="{argument}"' for index, argument in enumerate(arguments))
    yield "EXECVE", f"argc={len(arguments)} {told}"
    yield "CWD", f'cwd="/home/u{user}/train"'
    yield "PATH", _file(0, f"/usr/bin/{program}", 0, "NORMAL")
    yield "PATH", _file(1, "/lib64/ld-linux-x86-64.so.2", 0, "NORMAL")
    yield "PROCTITLE", f"proctitle={chr(0).join(arguments).encode().hex().upper()}"


def _opening(user: int, pid: int, program: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    flags = chance.choice(("0", "80000", "241"))
    arguments = f"a0=ffffff9c a1=7ffe1 a2={flags} a3=1b6"
    yield "SYSCALL", _syscall(257, arguments, user, pid, program, 2)
    yield "CWD", f'cwd="/scratch/u{user}"'
    yield "PATH", _file(0, "/shared/ckpt/llm-13b/", 1003, "PARENT")
    step = chance.randint(1, 400) * 500
    yield "PATH", _file(1, f"/shared/ckpt/llm-13b/step-{step}.pt", 1003, "NORMAL")
    yield "PROCTITLE", f"proctitle={(program + chr(0) + 'train.py').encode().hex().upper()}"


def _signal(user: int, pid: int, chance: random.Random) -> Iterator[tuple[str, str]]:
    target, owner = chance.randint(2000, 60_000), chance.randint(1000, 1060)
    yield "SYSCALL", _syscall(62, f"a0={target:x} a1=9 a2=0 a3=7f", user, pid, "bash", 0)
    yield "OBJ_PID", f'opid={target} oauid={owner} ouid={owner} oses=3 ocomm="python3.11"'
    yield "PROCTITLE", 'proctitle="-bash"'


def _renaming(user: int, pid: int, chance: random.Random) -> Iterator[tuple[str, str]]:
    name = f"epoch-{chance.randint(1, 90)}.safetensors"
    yield "SYSCALL", _syscall(82, "a0=5594 a1=5595 a2=0 a3=1", user, pid, "mv", 4)
    yield "CWD", f'cwd="/scratch/u{user}"'
    yield "PATH", _file(0, f"/scratch/u{user}", user, "PARENT")
    yield "PATH", _file(1, f"/scratch/u{user}", user, "PARENT")
    yield "PATH", _file(2, f"{name}.part", user, "DELETE")
    yield "PATH", _file(3, name, user, "CREATE")
    yield "PROCTITLE", f"proctitle={b'mv'.hex().upper()}00{name.encode().hex().upper()}"
