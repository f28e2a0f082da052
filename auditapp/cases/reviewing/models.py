"""What became of each update of a shared branch."""

from typing import ClassVar

from django.db import models


class VerdictRow(models.Model):
    """Whether another person looked at an update of a shared branch; replaced with its day."""

    day = models.DateField(db_index=True)
    time = models.DateTimeField()
    update = models.CharField(max_length=500, help_text="id of the event that tells of the update")
    repository = models.CharField(max_length=500)
    branch = models.CharField(max_length=500)
    commit = models.CharField(max_length=100)
    pull = models.BigIntegerField(null=True)
    verdict = models.CharField(max_length=10)
    why = models.CharField(max_length=30)
    account = models.CharField(max_length=300, null=True, help_text="that landed it")  # noqa: DJ001
    lander = models.CharField(max_length=100, null=True, help_text="who landed it")  # noqa: DJ001
    person = models.CharField(max_length=100, null=True, help_text="whose work it is")  # noqa: DJ001
    team = models.CharField(max_length=200, blank=True, help_text="theirs on that day")
    documents = models.BooleanField(default=False)
    reviewers = models.JSONField(default=list)
    events = models.JSONField(default=list)

    class Meta:
        """The newest first; those of a verdict are asked for by time."""

        app_label = "cases"
        ordering: ClassVar = ["-time", "-update"]
        indexes: ClassVar = [
            models.Index(fields=["time", "update"], name="verdict_by_time"),
            models.Index(fields=["verdict", "time"], name="verdict_by_verdict"),
        ]

    def __str__(self) -> str:
        """The verdict and what it is on."""
        return f"{self.verdict}: {self.branch} of {self.repository}"
