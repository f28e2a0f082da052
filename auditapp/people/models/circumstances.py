"""What a site knows besides its people; see analytics.circumstances and analytics.identity.unix.

People stand here by the site's id and without a foreign key: a leave may be known before them.
"""

from typing import ClassVar

from django.db import models


class HostRow(models.Model):
    """A machine and what it should send."""

    name = models.CharField(primary_key=True, max_length=255)
    address = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=50, blank=True)
    sources = models.JSONField(default=list)
    realm = models.CharField(max_length=50, blank=True, help_text="of its numeric ids")

    class Meta:
        """By name."""

        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        """Its name."""
        return self.name


class LeaveRow(models.Model):
    """Somebody is away: since ≤ t < until, UTC."""

    person = models.CharField(max_length=100, db_index=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    kind = models.CharField(max_length=50, blank=True)

    class Meta:
        """A leave begins once."""

        ordering: ClassVar = ["-since"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "since"], name="leave_once")
        ]

    def __str__(self) -> str:
        """Who and when."""
        return f"{self.person} from {self.since:%Y-%m-%d}"


class DutyRow(models.Model):
    """Somebody is on call: since ≤ t < until, UTC."""

    person = models.CharField(max_length=100, db_index=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        """A duty begins once."""

        ordering: ClassVar = ["-since"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "since"], name="duty_once")
        ]

    def __str__(self) -> str:
        """Who and when."""
        return f"{self.person} from {self.since:%Y-%m-%d}"


class WatchRow(models.Model):
    """Somebody needs care, for a reason: since ≤ t < until, UTC."""

    person = models.CharField(max_length=100, db_index=True)
    reason = models.CharField(max_length=200)
    since = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        """For one reason once."""

        ordering: ClassVar = ["person", "reason"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "reason"], name="watch_once")
        ]

    def __str__(self) -> str:
        """Who and why."""
        return f"{self.person}: {self.reason}"


class IncidentRow(models.Model):
    """Something went wrong for everybody: since ≤ t < until, UTC."""

    id = models.CharField(primary_key=True, max_length=300)
    title = models.CharField(max_length=300)
    host = models.CharField(max_length=255, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        """The newest first."""

        ordering: ClassVar = ["-since", "id"]

    def __str__(self) -> str:
        """What it was."""
        return self.title


class UnixUserRow(models.Model):
    """A line of a realm's passwd file."""

    realm = models.CharField(max_length=50)
    uid = models.BigIntegerField()
    gid = models.BigIntegerField()
    name = models.CharField(max_length=200)
    full_name = models.CharField(max_length=200, blank=True)
    shell = models.CharField(max_length=200, blank=True)

    class Meta:
        """A realm has a name once; numbers may be shared (toor and root)."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["realm", "name"], name="unix_user_once")
        ]

    def __str__(self) -> str:
        """The number with its name."""
        return f"uid:{self.realm}/{self.uid} {self.name}"


class UnixGroupRow(models.Model):
    """A line of a realm's group file."""

    realm = models.CharField(max_length=50)
    gid = models.BigIntegerField()
    name = models.CharField(max_length=200)
    members = models.JSONField(default=list)

    class Meta:
        """A realm has a name once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["realm", "name"], name="unix_group_once")
        ]

    def __str__(self) -> str:
        """Its name."""
        return f"{self.name}@{self.realm}"
