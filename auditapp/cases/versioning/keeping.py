"""Writes down which rules are in force."""

from collections.abc import Iterable
from pathlib import Path

from django.db import DatabaseError, transaction

from analytics.detection.described import Described
from analytics.detection.loading import RuleSet
from auditapp import clock
from auditapp.cases.versioning.models import RuleFile, RuleVersion

AT_ONCE = 500
LONGEST_PATH = 1_000
Key = tuple[str, str]  # rule and version


def keep(rules: RuleSet) -> None:
    """Notes what is in force now, what no longer is, and what mounted files hold."""
    now = clock.now()
    in_force = {_key(rule): rule for rule in (*rules.rules, *rules.correlations)}
    rows = RuleVersion.objects.values_list("rule", "version", "pk", "ended")
    known = {(rule, version): (pk, ended) for rule, version, pk, ended in rows.order_by()}
    ended = [pk for key, (pk, end) in known.items() if end is None and key not in in_force]
    back = [pk for key, (pk, end) in known.items() if end is not None and key in in_force]
    with transaction.atomic():
        for start in range(0, len(ended), AT_ONCE):
            RuleVersion.objects.filter(pk__in=ended[start : start + AT_ONCE]).update(ended=now)
        for start in range(0, len(back), AT_ONCE):
            RuleVersion.objects.filter(pk__in=back[start : start + AT_ONCE]).update(ended=None)
        _add(rule for key, rule in in_force.items() if key not in known)


def note(rules: Iterable[Described], raised: Iterable[Key]) -> None:
    """Notes of these rules the versions that raised alerts, if nobody has: an alert must lead to
    what it names, however short a time that was in force."""
    wanted = set(raised)
    if not wanted:
        return
    rows = RuleVersion.objects.filter(rule__in={rule for rule, _ in wanted})
    missing = wanted - set(rows.order_by().values_list("rule", "version"))
    if missing:
        _add(rule for rule in rules if _key(rule) in missing)


def keep_files(rules: RuleSet, mounted: Iterable[Path]) -> None:
    """Notes what the good files below the mounted folders hold; of a bad one what it held stays."""
    folders = tuple(mounted)
    good = {
        str(path): content
        for path, content in rules.contents.items()
        if len(str(path)) <= LONGEST_PATH and any(map(path.is_relative_to, folders))
    }
    known = {row.path: bytes(row.content) for row in RuleFile.objects.all()}
    changed = [
        RuleFile(path=path, content=content)
        for path, content in good.items()
        if known.get(path) != content
    ]
    gone = [path for path in known.keys() - good.keys() if not Path(path).exists()]
    with transaction.atomic():
        RuleFile.objects.bulk_create(
            changed,
            batch_size=AT_ONCE,
            update_conflicts=True,
            unique_fields=["path"],
            update_fields=["content"],
        )
        for start in range(0, len(gone), AT_ONCE):
            RuleFile.objects.filter(path__in=gone[start : start + AT_ONCE]).delete()


def good_files() -> dict[Path, bytes]:
    """What mounted files held when they were last good; nothing where there is no database yet."""
    try:
        return {Path(row.path): bytes(row.content) for row in RuleFile.objects.all()}
    except DatabaseError:
        return {}


def _key(rule: Described) -> Key:
    return rule.id, rule.version


def _add(rules: Iterable[Described]) -> None:
    rows = [
        RuleVersion(
            rule=rule.id,
            version=rule.version,
            title=rule.title,
            severity=rule.severity,
            text=rule.text.replace("\x00", "\N{REPLACEMENT CHARACTER}"),
            first=clock.now(),
        )
        for rule in rules
    ]
    RuleVersion.objects.bulk_create(rows, ignore_conflicts=True, batch_size=AT_ONCE)
