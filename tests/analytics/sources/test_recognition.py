"""Every real log is taken for what it is, by its own source alone; all else by none."""

from fnmatch import fnmatch
from pathlib import Path

import pytest

from analytics import sources
from analytics.event import Source
from analytics.pipeline import recognise
from analytics.plugins import discover

SOURCES = discover(sources, "SOURCE", Source)
HEAD = 64 << 10
SURE = 0.5
# The first pattern that fits a path says which source reads it.
EXPECTED: tuple[tuple[str, str | None], ...] = (
    ("auditd-benign/Audit/Audit_2k.log", "auditd"),
    ("beats-golden/auditbeat/*.log", "auditd"),
    ("beats-golden/filebeat/module/auditd/*.log", "auditd"),
    ("beats-golden/filebeat/module/auditd/*-expected.json", "ecs"),
    ("beats-golden/filebeat/module/nginx/*-expected.json", "ecs"),
    ("beats-golden/filebeat/*/timestamp.log-expected.json", "ecs"),
    ("beats-golden/filebeat/*/tz-offset.log-expected.json", "ecs"),
    ("beats-golden/filebeat/module/system/*.log", "syslog"),
    ("beats-golden/*", None),  # nginx without the hub, syslog, documents without a time
    ("github-webhooks/*", "github_webhook"),
    ("go-libaudit-golden/*.log", "auditd"),
    ("go-libaudit-golden/*", None),
    ("huggingface/*", None),
    ("kypo-shell/*", None),
    ("otrf-auditd/*.log", "auditd"),
    ("sea-masquerade/*", None),  # commands without a time
    ("shell-histories/audit_enriched.log", "auditd"),
    ("shell-histories/bash_history*", "bash_history"),
    ("shell-histories/fish_history", "fish_history"),
    ("shell-histories/selinux.log", "auditd"),
    ("shell-histories/syslog/*", "syslog"),
    ("shell-histories/zsh_extended_history.txt", "zsh_history"),
    ("sigma-rules/*", None),
    ("slurm/phillips.log", "slurm_sacct"),
    ("slurm/sacct.json", "slurm_sacct_json"),
    ("slurm/sacct.txt", "slurm_sacct"),
    ("slurm/scontrol.txt", "slurm_scontrol"),
    ("slurm/shredder/input/*", "slurm_sacct"),
    ("*", None),
)


def taken_by(head: bytes, path: str) -> list[str]:
    """The sources that would read it."""
    return [name for name, source in SOURCES.items() if source.recognises(head, path) >= SURE]


def begun(path: Path) -> bytes:
    """Its first bytes, whole lines where there are any."""
    with path.open("rb") as log:
        head = log.read(HEAD)
    return head[: head.rfind(b"\n") + 1] or head if len(head) == HEAD else head


@pytest.mark.shared_data
def test_every_real_log_is_taken_for_what_it_is(real_logs: Path) -> None:
    wrong: dict[str, list[str]] = {}
    files = [path for path in sorted(real_logs.rglob("*")) if path.is_file()]
    for path in files:
        name = path.relative_to(real_logs).as_posix()
        expected = next(source for pattern, source in EXPECTED if fnmatch(name, pattern))
        found = taken_by(begun(path), str(path))
        if found != ([expected] if expected else []):
            wrong[name] = found
    assert len(files) > 600
    assert wrong == {}


GOLDEN = Path(__file__).resolve().parents[2] / "golden"
UNKNOWN = {  # without times, without a header, or with something else before the first commit
    *("bash_history/without-times", "git_log/broken", "slurm_sacct/columns"),
}
SAMPLES = [
    path
    for path in sorted(GOLDEN.glob("*/*"))
    if not path.name.endswith((".expected.json", ".context.json"))
    and f"{path.parent.name}/{path.stem}" not in UNKNOWN
]
named = pytest.mark.parametrize(
    "sample", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}"
)


@named
def test_a_golden_sample_is_taken_by_its_own_source_alone(sample: Path) -> None:
    assert taken_by(begun(sample), sample.name) == [sample.parent.name]


@named
def test_neither_line_ends_of_windows_nor_a_name_that_says_nothing_change_that(
    sample: Path,
) -> None:
    log = begun(sample).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    assert taken_by(log, "unknown") == [sample.parent.name]
    assert taken_by(b"\r\n" + log, "unknown") == [sample.parent.name]


@named
def test_what_is_cut_is_taken_by_no_other(sample: Path) -> None:
    log = sample.read_bytes()
    for part in range(1, 8):
        cut = log[: len(log) * part // 8]
        assert set(taken_by(cut, "unknown")) <= {sample.parent.name}


def test_every_source_has_a_sample_that_is_tried() -> None:
    assert {path.parent.name for path in SAMPLES} == set(SOURCES)


def test_json_lines_are_what_they_are_where_the_first_one_was_cut() -> None:
    cut = 0
    for sample in SAMPLES:
        first, _, rest = begun(sample).partition(b"\n")
        if first[:2] == rest[:2] == b'{"':
            wanted = recognise(rest, sample.name)
            for length in (len(first) // 2, len(first) - 1, 3):
                assert recognise(first[-length:] + b"\n" + rest, sample.name) is wanted
            cut += wanted is not None
    assert cut > 10
    assert recognise(b"words\n" + b'{"a": 1}\n', "unknown") is None


def test_nuls_before_a_log_do_not_hide_what_it_is() -> None:
    for sample in SAMPLES:
        found = recognise(b"\x00" * 512 + begun(sample), sample.name)
        assert found is not None
        assert found.name == sample.parent.name


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\n\n\n",
        b"{}",
        b"[]",
        b"[1, 2, 3]",
        b"name,team\nana,vision\n",
        b"# A title\n\nSome text about commit 1234567 and sacct.\n",
        b"key: value\nlist:\n  - commit\n",
        b"\x7fELF\x02\x01\x01" + bytes(100),
        b"\xff\xfe\x00\x00" * 50,
        b'10.0.0.1 - - [20/Feb/2026:08:00:00 +0000] "GET /index.html HTTP/1.1" 200 5 "-" "-"\n',
    ],
)
def test_what_is_no_log_is_taken_by_none(head: bytes) -> None:
    assert taken_by(head, "unknown") == []
