"""Events of people and machines that do no harm, of every family, and which rules fire on them."""

import importlib
import io
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from analytics import pipeline
from analytics.detection.correlations.alerts import correlate
from analytics.detection.correlations.gathering import joined, with_persons
from analytics.detection.loading import RuleSet
from analytics.detection.matcher import detect
from analytics.event import Context
from analytics.findings import Severity
from analytics.simulation import simulate

UNTIL = date(2026, 3, 1)
GRAVE = frozenset({Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL})
# Makers of what no simulated person writes. Left out are those whose people do at random what
# nobody should, such as deleting repositories: they imitate formats, not days of work.
MADE = (
    *("airflow_events", "bitbucket_audit", "cloudtrail", "dcgm_health", "ecs", "entra_logs"),
    *("falco", "gcs_audit", "gerrit_events", "gitlab_production", "gitlab_webhook"),
    *("journald", "keycloak_events", "kubernetes_audit", "lustre_changelog", "mlflow_events"),
    *("okta_system_log", "pbs_accounting", "s3_access", "slurm_task"),
    *("slurmctld", "sudo_log", "syslog", "training_steps", "wandb_audit", "fish_history"),
    *("artifact_scan", "checkpoint_manifest"),
)
BAD_SCAN = b'"malicious"'  # one scan in twenty


def of_people(folder: Path, people: int, days: int, seed: int) -> Iterator[pa.Table]:
    """What a simulated organisation without insiders logs."""
    simulate(folder, people=people, days=days, seed=seed, scenarios=(), until=UNTIL, progress=None)
    for path in sorted((folder / "logs").rglob("*")):
        if path.is_file():
            log = path.read_bytes()
            source = pipeline.recognise(log[: pipeline.HEAD], str(path))
            assert source is not None, path
            yield from _events(source.name, log, path.relative_to(folder / "logs"))


def of_machines(size: int, seed: int) -> Iterator[pa.Table]:
    """So many records of each of `MADE`."""
    for name in MADE:
        log: bytes = importlib.import_module(f"benchmarks.logs.{name}").generated(size, seed)
        lines = (line for line in log.splitlines(keepends=True) if BAD_SCAN not in line)
        yield from _events(name, b"".join(lines), Path(name))


def alarms(rules: RuleSet, tables: Iterator[pa.Table]) -> tuple[int, Counter[str], set[str]]:
    """The number of events, the alerts of medium severity or higher of each rule and correlation,
    and the families that there were."""
    count, found, families, hits = 0, Counter[str](), set[str](), []
    for table in tables:
        count += table.num_rows
        families.update(table["event.module"].unique().to_pylist())
        detected = detect(rules, table)
        found.update(alert.rule for alert in detected.alerts if alert.severity in GRAVE)
        hits.append(detected.hits)
    gathered = joined(hits)
    gathered = with_persons(gathered, pa.nulls(gathered.num_rows))
    last = datetime(UNTIL.year + 1, 1, 1, tzinfo=UTC)
    over_all = correlate(rules.correlations, gathered, last - timedelta(days=3650), last)
    raised = (one.alert for one in over_all if one.alert.rule not in rules.parts)
    found.update(alert.rule for alert in raised if alert.severity in GRAVE)
    return count, found, families


def _events(source: str, log: bytes, path: Path) -> Iterator[pa.Table]:
    context = Context(
        feed=str(path),
        batch="1",
        origin=str(path),
        received=datetime(2026, 12, 1, tzinfo=UTC),
        host=path.parts[0],
        user=path.parts[2] if "home" in path.parts else "asilva",
    )
    for part in pipeline.parse(pipeline.log_sources()[source], io.BytesIO(log), context):
        yield part.events
