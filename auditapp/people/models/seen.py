"""Which accounts events name, day by day; replaced with each day that is assessed."""

from typing import ClassVar

from django.db import models


class AccountDay(models.Model):
    """An account in the events of one source on one day (UTC)."""

    day = models.DateField(db_index=True)
    account = models.CharField(max_length=300)
    source = models.CharField(max_length=50)
    acted = models.BooleanField(help_text="it acted; else it was owner, author or reviewer")
    events = models.BigIntegerField()
    first = models.DateTimeField()
    last = models.DateTimeField()

    class Meta:
        """Asked for by account, and replaced by day."""

        indexes: ClassVar = [models.Index(fields=["account", "day"])]

    def __str__(self) -> str:
        """Account and day."""
        return f"{self.account} {self.day}"


class TieDay(models.Model):
    """What was seen beside an account on one day; see analytics.identity.sightings."""

    day = models.DateField(db_index=True)
    account = models.CharField(max_length=300, db_index=True)
    kind = models.CharField(max_length=10)
    other = models.CharField(max_length=300)
    events = models.BigIntegerField()

    def __str__(self) -> str:
        """Both."""
        return f"{self.account} {self.kind} {self.other}"
