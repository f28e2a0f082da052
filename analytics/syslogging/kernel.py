"""What the kernel says of hardware and memory: the innocent explanations of failed jobs."""

import re
from typing import Any

from analytics.syslogging.forms import Compiled, Deed, Form, Forms, Groups

STAMP = re.compile(r"(?:\[ *\d[\d.]{1,30}\] ?)?(?:\[ *[TC]\d+\] ?)?")
TELLING = re.compile(  # a word that all of the forms below have one of; most lines have none
    r"NVRM|SXid|amdgpu|out of memory|Out of memory|oom-kill|mce: |Hardware Error|EDAC|error|"
    r"ink down|AER|timeout|Corruption|shutdown|Lustre|not responding|segfault|general protection|"
    r" trap |Linux version|promiscuous"
)
FAULT = Deed("host", "error", "gpu-fault", "failure")
MEMORY = Deed("host", "error", "memory-error", "failure")
NONE = "hardware, nobody"

FORMS = Forms(
    Form(
        pattern=r"NVRM: (?:GPU at )?.{0,40}?Xid \((?P<device>[^)]*)\): (?P<xid>\d{1,4})"
        r"(?:, pid='?(?P<gpu_pid>[^,']*)'?)?(?:, name=(?P<gpu_program>[^,]*))?(?:,? (?P<text>.*))?",
        deed=FAULT, sentence="GPU {device} reported Xid {xid}", basis=NONE,
        module="context", kind="GPU Xid",
    ),
    Form(
        pattern=r"(?:nvidia-nvswitch\d*|NVRM: nvidia-nvswitch\d*): SXid \((?P<device>[^)]*)"
        r"\): (?P<xid>\d{1,6}),? (?P<text>.*)",
        deed=FAULT, sentence="NVSwitch {device} reported SXid {xid}", basis=NONE,
        module="context", kind="NVSwitch SXid",
    ),
    Form(
        pattern=r"NVRM: (?P<text>.*(?:fallen off the bus|RmInitAdapter failed|GPU lost).*)",
        deed=FAULT, sentence="{text}", basis=NONE, module="context", kind="GPU lost",
    ),
    Form(
        pattern=r"amdgpu (?P<device>\S+): (?P<text>.*(?:GPU reset|ring \S+ timeout|"
        r"RAS|uncorrectable).*)",
        deed=FAULT, sentence="GPU {device}: {text}", basis=NONE, module="context", kind="GPU",
    ),
    Form(
        pattern=r"(?:Memory cgroup out|Out) of memory: Kill(?:ed)? process "
        r"(?P<killed_pid>\d+) \((?P<killed>[^)]*)\)(?:,? (?P<text>.*))?",
        deed=Deed("host", "error", "ran-out-of-memory", "failure"),
        sentence="{killed} ({killed_pid}) was killed for lack of memory", basis=NONE,
        module="context", kind="out of memory",
    ),
    Form(
        pattern=r"(?P<killer>.{1,64}?) invoked oom-killer: (?P<text>.*)",
        deed=Deed("host", "info", "ran-out-of-memory", "failure"),
        sentence="{killer} met the end of memory", basis=NONE,
        module="context", kind="out of memory",
    ),
    Form(
        pattern=r"oom-kill:(?P<text>.*)",
        deed=Deed("host", "info", "ran-out-of-memory", "failure"),
        sentence="out of memory: {text}", basis=NONE, module="context", kind="out of memory",
    ),
    Form(
        pattern=r"mce: (?P<text>.*(?:\[Hardware Error\]|hardware error|Machine [Cc]heck).*)",
        deed=MEMORY, sentence="machine check: {text}", basis=NONE,
        module="context", kind="machine check",
    ),
    Form(
        pattern=r"(?:\{\d+\})?\[Hardware Error\]: (?P<text>.*)",
        deed=MEMORY, sentence="hardware error: {text}", basis=NONE,
        module="context", kind="machine check",
    ),
    Form(
        pattern=r"EDAC (?P<device>\S+): (?P<text>\d+ (?P<ecc>CE|UE) .*)",
        deed=MEMORY, sentence="{device} reported {text}", basis=NONE, module="context", kind="ECC",
    ),
    Form(
        pattern=r"(?P<device>nvme\w*|sd\w+|blk_update_request|mlx5_core|pcieport)\b(?P<text>"
        r".*(?:I/O error|critical medium error|link down|Link down|AER|timeout, aborting).*)",
        deed=Deed("host", "error", "device-error", "failure"),
        sentence="{device}{text}", basis=NONE, module="context", kind="device",
    ),
    Form(
        pattern=r"(?P<text>EXT4-fs error .*|XFS .*(?:Corruption|I/O error|shutdown).*|"
        r"LustreError: .*|.*: nfs: server .* not responding.*|nfs: server .* not responding.*)",
        deed=Deed("host", "error", "filesystem-error", "failure"),
        sentence="{text}", basis=NONE, module="context", kind="filesystem",
    ),
    Form(
        pattern=r"(?P<program>\S{1,64})\[(?P<crashed_pid>\d+)\](?:: segfault at|"
        r" general protection| trap )(?P<text>.*)",
        deed=Deed("process", "end", "crashed-program", "failure"),
        sentence="{program} ({crashed_pid}) crashed",
    ),
    Form(
        pattern=r"Linux version (?P<version>\S+) (?P<text>.*)",
        deed=Deed("host", "start", "booted-system", "success"),
        sentence="the system started with Linux {version}", module="context",
    ),
    Form(
        pattern=r"(?:device (?P<device>\S+) entered promiscuous mode|"
        r"(?P<interface>\S+): entered promiscuous mode)",
        deed=Deed("network", "change", "changed-promiscuous-mode-on-device", "success"),
        sentence="{device}{interface} listens to all packets",
    ),
)  # fmt: skip


def read(message: str) -> dict[str, Any] | None:
    """What a message of the kernel tells, None where it is of no interest here."""
    text = _of_interest(message)
    return FORMS.read(text) if text else None


def found(message: str) -> tuple[Compiled, Groups] | None:
    """The form that a message of the kernel has, with its groups."""
    text = _of_interest(message)
    return FORMS.found(text) if text else None


def _of_interest(message: str) -> str | None:
    if TELLING.search(message) is None:
        return None
    stamp = STAMP.match(message)
    return message[stamp.end() :] if stamp else message
