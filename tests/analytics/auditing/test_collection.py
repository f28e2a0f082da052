"""The audit rules of the collection kit ask for what we can read, and say what for."""

import re
import subprocess
from pathlib import Path

import pytest

from analytics.auditing.syscalls import ARCHITECTURES, DEEDS, NUMBERS

KIT = Path(__file__).resolve().parents[3] / "docs/collect"
RULES = [
    line
    for line in (KIT / "audit.rules").read_text(encoding="utf-8").splitlines()
    if line.startswith("-a")
]
PAGE = (KIT / "audit.md").read_text(encoding="utf-8")
CALLED = [rule for rule in RULES if " -S " in rule]


def calls_of(rule: str) -> list[str]:
    """The system calls that a rule names."""
    found = re.search(r" -S (\S+)", rule)
    assert found
    return found[1].split(",")


def key_of(rule: str) -> str:
    """What its events are labelled with."""
    return rule.rpartition(" -k ")[2]


NARROW = {name for (architecture, _), name in NUMBERS.items() if architecture == ARCHITECTURES[1]}


@pytest.mark.parametrize("rule", CALLED)
def test_every_system_call_of_a_rule_is_one_that_we_have_words_for(rule: str) -> None:
    assert not set(calls_of(rule)) - DEEDS.keys()
    if "arch=b32" in rule:
        assert not set(calls_of(rule)) - NARROW


def test_no_32_bit_program_goes_unseen() -> None:
    wide = {(key_of(rule), call) for rule in CALLED if "b64" in rule for call in calls_of(rule)}
    narrow = {(key_of(rule), call) for rule in CALLED if "b32" in rule for call in calls_of(rule)}
    # The kernel of 32 bits has no kexec_file_load, and auditctl no kexec_load for it.
    assert wide - narrow == {("kernel", "kexec_load"), ("kernel", "kexec_file_load")}


def test_every_key_is_explained_and_none_that_is_not_there() -> None:
    told = set(re.findall(r"^\| `([\w-]+)` \|", PAGE, re.MULTILINE))
    assert {key_of(rule) for rule in RULES if "exclude" not in rule} == told


def test_every_rule_has_a_key_and_an_architecture() -> None:
    for rule in RULES:
        assert rule.startswith("-a always,exclude -F msgtype=") or re.fullmatch(
            r"-a always,exit -F arch=b(64|32) -\S.* -k [\w-]+", rule
        )


def test_no_rule_stands_twice() -> None:
    assert len(set(RULES)) == len(RULES)


def test_what_the_catalogue_needs_is_asked_for() -> None:
    everything = "\n".join(RULES)
    for needed in (
        *("-S execve,execveat", "-S kill,tkill", "-S tgkill", "-S ptrace", "process_vm_writev"),
        *("dir=/shared", "dir=/opt/conda", "dir=/etc/slurm", "path=/etc/ld.so.preload"),
        *("path=/etc/sudoers", "dir=/etc/cron.d", "dir=/etc/profile.d", "dir=/etc/audit"),
        *("-S adjtimex", "-S init_module", "-F auid!=unset", "-F auid=unset -F uid>=1000"),
    ):
        assert needed in everything


def test_homes_get_rules_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "asilva/.ssh").mkdir(parents=True)
    (tmp_path / "bkim/.config/systemd/user").mkdir(parents=True)
    (tmp_path / "odd name -k x").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "asilva")
    script = ["/bin/sh", str(KIT / "audit-homes.sh"), str(tmp_path)]
    done = subprocess.run(script, capture_output=True, text=True, check=True)
    rules = done.stdout.splitlines()
    assert f"-a always,exit -F arch=b64 -F path={tmp_path}/asilva/.ssh/authorized_keys" in "".join(
        rules
    )
    assert any(f"dir={tmp_path}/bkim/.config/systemd/user" in rule for rule in rules)
    assert {key_of(rule) for rule in rules} == {"access", "preload", "persistence", "history"}
    assert not [rule for rule in rules if "odd" in rule or "link" in rule]
    assert done.stderr == f"left out: {tmp_path}/odd name -k x\n"


def test_everything_in_the_rules_is_a_rule_a_setting_or_a_comment() -> None:
    for line in (KIT / "audit.rules").read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"|##.*|-[abcf] ?.*|--[a-z_-]+( 0)?", line)
        assert len(line) <= 130
