"""Which rules fire on real logs, to the hit: ours and the public ones on attacks, none on calm."""

import io
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from analytics import pipeline
from analytics.detection.loading import OWN_RULES, RuleSet, load
from analytics.detection.matcher import match
from analytics.event import Context
from analytics.findings import Alert, Severity

OWN = load([OWN_RULES])
RECEIVED = datetime(2026, 12, 1, tzinfo=UTC)
Hits = dict[str, int]

# By file: the hits of our rules, and of the public ones.
HITS: dict[str, tuple[Hits, Hits]] = {
    "beats-golden/auditbeat/module/auditd/testdata/centos7.log": (
        {},
        {"lnx_auditd_create_account": 1},
    ),
    "beats-golden/auditbeat/module/auditd/testdata/setuid.log": (
        {},
        {"lnx_auditd_susp_exe_folders": 3},
    ),
    "beats-golden/auditbeat/module/auditd/testdata/useradd.log": (
        {},
        {"lnx_auditd_create_account": 1},
    ),
    "beats-golden/filebeat/module/auditd/log/test/audit-rhel7.log": (
        {"audit_disabled": 18, "audit_weakened": 4},
        {
            "lnx_auditd_create_account": 1,
            "lnx_auditd_hidden_binary_execution": 1,
            "lnx_auditd_system_info_discovery": 1,
            "lnx_auditd_system_shutdown_reboot": 2,
            "lnx_auditd_user_discovery": 3,
            "net_connection_lnx_back_connect_shell_dev": 2,
            "proc_creation_lnx_auditctl_clear_rules": 2,
            "proc_creation_lnx_curl_usage": 1,
            "proc_creation_lnx_local_account": 5,
            "proc_creation_lnx_services_stop_and_disable": 5,
            "proc_creation_lnx_system_info_discovery": 1,
            "proc_creation_lnx_system_network_discovery": 25,
        },
    ),
    "beats-golden/filebeat/module/auditd/log/test/execve.log": (
        {},
        {"lnx_auditd_user_discovery": 3},
    ),
    "beats-golden/filebeat/module/auditd/log/test/test.log": (
        {},
        {"lnx_auditd_keylogging_with_pam_d": 1},
    ),
    "beats-golden/filebeat/module/auditd/log/test/useradd.log": (
        {},
        {"lnx_auditd_create_account": 1},
    ),
    "go-libaudit-golden/auparse/testdata/audit-rhel7.log": (
        {},
        {"lnx_auditd_create_account": 1, "lnx_auditd_keylogging_with_pam_d": 3},
    ),
    "otrf-auditd/sh_arp_cache_2020-11-10074812.log": (
        {"neighbours_listed": 1},
        {"proc_creation_lnx_remote_system_discovery": 1},
    ),
    "otrf-auditd/sh_binary_padding_dd_2020-11-10081941.log": (
        {"file_padded": 1},
        {"lnx_auditd_binary_padding": 1, "lnx_auditd_dd_delete_file": 1},
    ),
    "shell-histories/audit_enriched.log": (
        {},
        {
            "lnx_auditd_create_account": 1,
            "lnx_auditd_user_discovery": 1,
            "proc_creation_lnx_local_account": 1,
        },
    ),
}
# The same over all commands of the exercise, and by case of go-libaudit; other cases have none.
TYPED: tuple[Hits, Hits] = (
    {"network_scanned": 105, "passwords_cracked": 227},
    {
        "lnx_file_copy": 172,
        "proc_creation_lnx_file_deletion": 7,
        "proc_creation_lnx_susp_network_utilities_execution": 120,
        "proc_creation_lnx_system_info_discovery": 1,
        "proc_creation_lnx_system_network_connections_discovery": 1,
        "proc_creation_lnx_system_network_discovery": 25,
    },
)
JOINED: dict[str, tuple[Hits, Hits]] = {
    "rhel-7-linux-3.10.0": ({}, {"lnx_auditd_susp_special_file_creation_via_mknod_syscall": 1}),
    "ubuntu-16.04-linux-4.13.0": ({}, {"lnx_auditd_hidden_binary_execution": 1}),
    "ubuntu-16.10-linux-4.8.0": (
        {"audit_weakened": 1},
        {
            "lnx_auditd_system_info_discovery": 1,
            "lnx_auditd_user_discovery": 1,
            "proc_creation_lnx_system_info_discovery": 1,
        },
    ),
    "ubuntu-17.04-linux-4.10.0": (
        {},
        {"lnx_auditd_auditing_config_change": 2, "lnx_auditd_hidden_binary_execution": 1},
    ),
}


def alerts(rules: RuleSet, log: bytes, source: str, user: str = "asilva") -> list[Alert]:
    context = Context(feed="f", batch="1", origin="o", received=RECEIVED, host="h", user=user)
    parts = pipeline.parse(pipeline.log_sources()[source], io.BytesIO(log), context)
    return [alert for part in parts for alert in match(rules, part.events)]


def hits(rules: RuleSet, log: bytes, source: str) -> Hits:
    return dict(Counter(alert.rule for alert in alerts(rules, log, source)))


@pytest.fixture
def public(real_logs: Path) -> RuleSet:
    return load([real_logs / "sigma-rules" / "rules"])


@pytest.mark.shared_data
def test_no_own_rule_of_medium_severity_or_higher_fires_on_a_quiet_server(real_logs: Path) -> None:
    log = (real_logs / "auditd-benign" / "Audit" / "Audit_2k.log").read_bytes()
    grave = {Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL}
    assert [one for one in alerts(OWN, log, "auditd") if one.severity in grave] == []


@pytest.mark.shared_data
@pytest.mark.parametrize("name", HITS)
def test_just_these_rules_fire_on_an_audit_log(real_logs: Path, public: RuleSet, name: str) -> None:
    log = (real_logs / name).read_bytes()
    assert (hits(OWN, log, "auditd"), hits(public, log, "auditd")) == HITS[name]


@pytest.mark.shared_data
def test_rules_fire_on_what_intruders_in_training_typed(real_logs: Path, public: RuleSet) -> None:
    history = typed(real_logs / "kypo-shell")
    assert (hits(OWN, history, "zsh_history"), hits(public, history, "zsh_history")) == TYPED


def typed(folder: Path) -> bytes:
    """The commands of the exercise as a history of the Z shell has them."""
    lines = []
    for path in sorted(folder.rglob("*.json")):
        for act in json.loads(path.read_text("utf-8")):
            time = int(datetime.fromisoformat(act["timestamp_str"]).timestamp())
            command = act["cmd"].replace("\\", "\\\\").replace("\n", "\\\n")
            lines.append(f": {time}:0;{command}\n")
    return "".join(lines).encode()


@pytest.mark.shared_data
def test_rules_fire_on_records_that_others_have_joined(real_logs: Path, public: RuleSet) -> None:
    found = {
        path.stem: (hits(OWN, log, "auditd"), hits(public, log, "auditd"))
        for path in sorted((real_logs / "go-libaudit-golden" / "aucoalesce").rglob("*.yaml"))
        for log in [records(path)]
    }
    assert {name: both for name, both in found.items() if any(both)} == JOINED


def records(path: Path) -> bytes:
    """The raw records of a case of go-libaudit's, in their order."""
    cases = yaml.safe_load(path.read_text("utf-8"))["tests"]
    return "".join(case.rstrip("\n") + "\n" for case in cases.values()).encode()
