"""Rows that others follow: each change gets a stamp that is later than every one seen before.

A clock alone is not enough: a change that is stamped first and committed last would appear behind
those who read up to a stamp, and be missed for good. So stamps are given out under a lock that is
held until the transaction ends; whoever sees a stamp has seen all before it.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeVar

from django.db import models, transaction
from django.utils import timezone

from auditapp import clock

FIRST = datetime(1970, 1, 1, tzinfo=UTC)
NAME = "changes"
Row = TypeVar("Row", bound=models.Model)


class Stamp(models.Model):
    """The last stamp that was given out."""

    name = models.CharField(primary_key=True, max_length=20)
    last = models.DateTimeField()

    class Meta:
        """It has no module of models of its own."""

        app_label = "cases"

    def __str__(self) -> str:
        """When."""
        return self.last.isoformat()

    @classmethod
    def next(cls) -> datetime:
        """A stamp later than all before it, the time where the clock allows. To be called inside
        the transaction that makes the change: until its end all other changes wait."""
        row, _ = cls.objects.select_for_update().get_or_create(name=NAME, defaults={"last": FIRST})
        row.last = max(clock.now(), row.last + timedelta(microseconds=1))
        row.save(update_fields=["last"])
        return row.last


class StampedQuerySet(models.QuerySet[Row]):
    """Stamps what is changed without loading it."""

    def update(self, **values: Any) -> int:
        """As Django's."""
        with transaction.atomic():
            return super().update(**{**values, "updated": Stamp.next()})

    def bulk_create(self, objs: Any, *args: Any, **options: Any) -> list[Row]:
        """As Django's."""
        rows = list(objs)
        if not rows:
            return []
        with transaction.atomic():
            stamp = Stamp.next()
            for row in rows:
                row.updated = stamp
            return super().bulk_create(rows, *args, **options)


class Stamped(models.Model):
    """A row whose every change is stamped."""

    updated = models.DateTimeField(default=timezone.now, editable=False)

    objects = StampedQuerySet.as_manager()

    class Meta:
        """Followed by stamp, then by key."""

        abstract = True
        indexes: ClassVar = [models.Index(fields=["updated", "id"])]

    def save(self, *args: Any, **options: Any) -> None:
        """As Django's."""
        with transaction.atomic():
            self.updated = Stamp.next()
            if options.get("update_fields") is not None:
                options["update_fields"] = {*options["update_fields"], "updated"}
            super().save(*args, **options)
