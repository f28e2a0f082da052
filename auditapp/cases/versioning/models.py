"""What rules said, from when until when."""

from typing import ClassVar

from django.db import models
from django.utils import timezone


class RuleVersion(models.Model):
    """A rule or correlation as it was in force; `text` is its file with those of its filters."""

    rule = models.CharField(max_length=200)
    version = models.CharField(max_length=16)
    title = models.CharField(max_length=300)
    severity = models.CharField(max_length=15)
    text = models.TextField()
    first = models.DateTimeField(default=timezone.now, help_text="when it was first in force")
    ended = models.DateTimeField(null=True, help_text="when it no longer was; null while it is")

    class Meta:
        """Each version once; the newest first."""

        app_label = "cases"
        ordering: ClassVar = ["-first", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule", "version"], name="rule_version_once")
        ]

    def __str__(self) -> str:
        """Rule and version."""
        return f"{self.rule} {self.version}"


class RuleFile(models.Model):
    """What a mounted file held when it was last good: it goes on with that if it is bad when
    processes begin anew."""

    path = models.CharField(max_length=1_000, unique=True)
    content = models.BinaryField()

    class Meta:
        """It belongs to versions."""

        app_label = "cases"

    def __str__(self) -> str:
        """The path."""
        return self.path


class WeightsVersion(models.Model):
    """Weights as they were in force; `text` is all of them, as YAML."""

    digest = models.CharField(max_length=16, unique=True)
    version = models.PositiveIntegerField()
    author = models.CharField(max_length=200)
    reason = models.TextField()
    text = models.TextField()
    first = models.DateTimeField(default=timezone.now, help_text="when they were first in force")
    ended = models.DateTimeField(null=True, help_text="when they no longer were")

    class Meta:
        """The newest first."""

        app_label = "cases"
        ordering: ClassVar = ["-first", "-id"]

    def __str__(self) -> str:
        """Number and who made it."""
        return f"{self.version} by {self.author}"
