"""What people decided about identities, and what they are about to import."""

from typing import ClassVar

from django.db import models
from django.utils import timezone


class Refusal(models.Model):
    """Somebody said that the account is not this person's: it is not proposed again."""

    account = models.CharField(max_length=300, db_index=True)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="refusals")
    author = models.CharField(max_length=150)
    time = models.DateTimeField(default=timezone.now)

    class Meta:
        """Refused once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "person"], name="refused_once")
        ]

    def __str__(self) -> str:
        """Account and person."""
        return f"{self.account} ≠ {self.person_id}"


class IdentityChange(models.Model):
    """Somebody changed who is who. `person` and `other` are ids, as they were then."""

    class Action(models.TextChoices):
        """What was done."""

        ASSIGNED = "assigned"
        ACCEPTED = "accepted"
        REFUSED = "refused"
        MARKED = "marked"
        SPLIT = "split", "split off"
        MERGED = "merged"
        IMPORTED = "imported"

    time = models.DateTimeField(default=timezone.now, db_index=True)
    author = models.CharField(max_length=150, help_text="user name, or who ran the command")
    action = models.CharField(max_length=10, choices=Action)
    account = models.CharField(max_length=300, blank=True)
    person = models.CharField(max_length=100, blank=True, db_index=True)
    other = models.CharField(max_length=100, blank=True, db_index=True)
    detail = models.CharField(max_length=500, blank=True)

    class Meta:
        """The newest first."""

        ordering: ClassVar = ["-time", "-id"]

    def __str__(self) -> str:
        """What was done to whom."""
        return f"{self.action} {self.account or self.person}"


class ImportDraft(models.Model):
    """A file that somebody uploaded and has not yet confirmed."""

    author = models.CharField(max_length=150)
    time = models.DateTimeField(default=timezone.now)
    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=20)
    realm = models.CharField(max_length=50, default="site")
    text = models.TextField()

    def __str__(self) -> str:
        """The file's name."""
        return self.name
