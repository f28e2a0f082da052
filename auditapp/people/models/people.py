"""People, their accounts and earlier positions, and whose things are whose."""

from typing import ClassVar

from django.db import models


class Person(models.Model):
    """Somebody who works there, under the site's own id."""

    id = models.CharField(primary_key=True, max_length=100)
    name = models.CharField(max_length=200)
    team = models.CharField(max_length=100, blank=True)
    role = models.CharField(max_length=100, blank=True)
    manager = models.CharField(max_length=100, blank=True)
    start = models.DateField(null=True, blank=True)
    end = models.DateField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="merged",
        help_text="the same human being under another id; this one is shown nowhere",
    )

    class Meta:
        """By name."""

        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        """The person's name."""
        return self.name


class FormerPosition(models.Model):
    """What a person was before they moved: since ≤ day < until."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="positions")
    team = models.CharField(max_length=100, blank=True)
    role = models.CharField(max_length=100, blank=True)
    manager = models.CharField(max_length=100, blank=True)
    since = models.DateField(null=True, blank=True)
    until = models.DateField()

    class Meta:
        """The earliest first; nobody leaves two positions on one day."""

        ordering: ClassVar = ["person", "until"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "until"], name="position_once")
        ]

    def __str__(self) -> str:
        """Who was what."""
        return f"{self.person_id} {self.role}, {self.team}"


class AccountLink(models.Model):
    """An account (`kind:name`) belongs to a person for a time: since ≤ t < until, UTC.

    `origin` is what said so: the kind of import, or `decision` where somebody decided it, which
    no import changes.
    """

    class Use(models.TextChoices):
        """Who uses the account."""

        PERSONAL = "personal"
        SHARED = "shared"
        SERVICE = "service"
        BOT = "bot"
        AGENT = "agent"

    ATTRIBUTED: ClassVar = (Use.PERSONAL, Use.AGENT)
    DECISION: ClassVar = "decision"

    account = models.CharField(max_length=300, db_index=True)
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.CASCADE, related_name="links"
    )
    since = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True)
    use = models.CharField(max_length=10, choices=Use, default=Use.PERSONAL)
    origin = models.CharField(max_length=20, default="people")

    class Meta:
        """The same link stands there once; what is personal is somebody's."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "person", "since"], name="link_once"),
            models.UniqueConstraint(
                fields=["account", "person"],
                condition=models.Q(since__isnull=True),
                name="link_without_start_once",
            ),
            models.CheckConstraint(
                condition=models.Q(person__isnull=False) | ~models.Q(use__in=["personal", "agent"]),
                name="personal_link_has_person",
            ),
        ]

    def __str__(self) -> str:
        """Account and person."""
        return f"{self.account} → {self.person_id or self.use}"


class ResourceRow(models.Model):
    """Whatever matches the pattern belongs to the owner."""

    kind = models.CharField(max_length=20)
    pattern = models.CharField(max_length=500)
    owner = models.CharField(max_length=300)
    criticality = models.CharField(max_length=10)

    class Meta:
        """The same pattern stands there once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "pattern"], name="resource_once")
        ]

    def __str__(self) -> str:
        """Kind and pattern."""
        return f"{self.kind} {self.pattern}"
