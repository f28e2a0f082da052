from typing import Any

import pytest

from analytics.fields import BY_NAME
from analytics.findings import Finding
from analytics.governance import traces
from tests.analytics.laboratory import DAY, EMPTY, SITE, command, event, table, written


def found(*rows: dict[str, Any]) -> list[Finding]:
    """What traces has to say about a day."""
    events = table(*rows).select(traces.COLUMNS)
    return traces.find(DAY.date(), events, SITE, EMPTY)


def test_its_columns_are_fields() -> None:
    assert set(traces.COLUMNS) <= BY_NAME.keys()


@pytest.mark.parametrize(
    "line",
    [
        "history -c",
        "history  -cw",
        "unset HISTFILE",
        "export HISTFILE=/dev/null",
        "HISTSIZE=0",
        "HISTFILE=/dev/null bash",
        "env HISTFILE= HISTSIZE=0 /bin/zsh -il",
        "HISTFILE=; python x.py",
        "set +o history",
        "rm -f ~/.bash_history",
        "ln -sf /dev/null /home/mallory/.zsh_history",
        "> ~/.bash_history",
        "truncate -s 0 .bash_history",
    ],
)
def test_erasing_the_history_is_told(line: str) -> None:
    (one,) = found(command("mallory", line, host__name="gpu03"))
    assert one.id == "erased_history"
    assert one.sentence == "erased or silenced the shell history on gpu03"


@pytest.mark.parametrize(
    "line",
    [
        "history",
        "history | grep ssh",
        "HISTSIZE=100000",
        "HISTFILE=/dev/null bash scripts/replay.sh",
        "HISTFILE= python tool.py",
        "HISTFILE=/dev/null bash -c 'make docs'",
        "export HISTFILE=~/.history_main",
        "cat ~/.bash_history",
        "auditctl -l",
        "systemctl status auditd",
        "git log --oneline history.md",
        "vim history-c.txt",
    ],
)
def test_ordinary_commands_are_not(line: str) -> None:
    assert found(command("alice", line)) == []


@pytest.mark.parametrize(
    "line",
    ["auditctl -D", "sudo auditctl -e 0", "systemctl --now stop auditd", "service auditd stop"],
)
def test_stopping_the_audit_is_told(line: str) -> None:
    (one,) = found(command("mallory", line, host__name="gpu03"), command("mallory", line))
    assert one.id == "stopped_the_audit"
    assert one.points == 99
    assert len(one.events) == 2


def test_the_audits_own_records_are_read() -> None:
    def changed(by: str | None, **labels: str) -> dict[str, Any]:
        return event(event__action="changed-audit-configuration", actor__account=by, labels=labels)

    assert len(found(changed("uid:site/1002", audit_enabled="0"))) == 1
    assert len(found(changed("uid:site/1002", op="remove_rule"))) == 1
    assert found(changed("uid:site/1002", op="add_rule")) == []
    assert found(changed(None, op="remove_rule")) == []
    assert len(found(event(event__action="shutdown-audit", actor__account="unix:mallory"))) == 1


def test_what_failed_stopped_nothing() -> None:
    assert found(command("mallory", "auditctl -D", event__outcome="failure")) == []


def test_a_deleted_history_file_is_told() -> None:
    gone = {**written("mallory", "/home/mallory/.bash_history"), "event.type": "deletion"}
    (one,) = found(gone)
    assert one.sentence == "erased or silenced the shell history on a host"
