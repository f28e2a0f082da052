"""How the installation itself is: what its stages have done so far, and which workers live."""

from typing import ClassVar

from django.db import models


class Tally(models.Model):
    """All that a stage ever did with logs of a source. Numbers only grow."""

    stage = models.CharField(max_length=20)
    source = models.CharField(max_length=50, blank=True, help_text="log source; empty for others")
    batches = models.BigIntegerField(default=0, help_text="or days, or reports")
    bytes = models.BigIntegerField(default=0, help_text="unpacked")
    came = models.BigIntegerField(default=0, help_text="lines or events that came in")
    went = models.BigIntegerField(default=0, help_text="what of them went on")
    rejected = models.BigIntegerField(default=0)
    duplicates = models.BigIntegerField(default=0)
    errors = models.BigIntegerField(default=0, help_text="tries that failed")
    seconds = models.FloatField(default=0)

    class Meta:
        """One row a stage and source."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["stage", "source"], name="tally_once")
        ]

    def __str__(self) -> str:
        """Stage and source."""
        return f"{self.stage} {self.source}".strip()


class Heartbeat(models.Model):
    """A process that says every few seconds that it lives."""

    name = models.CharField(primary_key=True, max_length=200, help_text="role@host")
    role = models.CharField(max_length=20)
    beat = models.DateTimeField(help_text="by the database's clock")
    ahead = models.FloatField(
        default=0.0, db_default=0.0, help_text="seconds that its machine's clock is ahead of that"
    )

    def __str__(self) -> str:
        """Its name."""
        return self.name
