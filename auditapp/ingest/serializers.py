"""What the REST door takes and gives."""

from typing import Any

from rest_framework import serializers

from auditapp.ingest import tails
from auditapp.ingest.intake import UnknownZone, check_zone
from auditapp.ingest.models import Batch

FIRST_REJECTED = 20


class BoundedField(serializers.CharField):
    """A text that is as long as it came, also where blanks around it are left out."""

    def to_internal_value(self, data: Any) -> str:
        """The text without blanks around it. Raises ValidationError."""
        if self.max_length is not None and len(str(data)) > self.max_length:
            reason = self.error_messages["max_length"].format(max_length=self.max_length)
            raise serializers.ValidationError(reason, code="max_length")
        return super().to_internal_value(data)


class LabelSerializer(serializers.Serializer[Any]):
    """What is said of a log in the request's query."""

    feed = BoundedField(
        required=False, max_length=100, help_text="one of the token's; else its usual one"
    )
    host = BoundedField(required=False, max_length=255, help_text="where it was written")
    user = BoundedField(required=False, max_length=255, help_text="whose history it is")
    timezone = BoundedField(
        required=False, max_length=64, help_text="of times that name none, as in Europe/Berlin"
    )
    columns = BoundedField(
        required=False, max_length=2000, help_text="names between commas, for a log without header"
    )
    path = BoundedField(required=False, max_length=1000, help_text="for people to read")
    backfill = serializers.BooleanField(
        required=False,
        default=False,
        help_text="an old log: others go first, and nobody is told of what it shows",
    )
    whole = serializers.BooleanField(
        required=False, help_text="no record goes on in the next body; else one that may waits"
    )

    def validate_timezone(self, value: str) -> str:
        """A zone that exists."""
        try:
            return check_zone(value)
        except UnknownZone as error:
            raise serializers.ValidationError(str(error)) from error

    def validate_columns(self, value: str) -> tuple[str, ...]:
        """The names."""
        return tuple(name.strip() for name in value.split(","))


class AcceptedSerializer(serializers.Serializer[Any]):
    """The log is on disk and will be taken in."""

    batch = serializers.UUIDField()
    address = serializers.CharField(help_text="tells how far it is")
    feed = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    state = serializers.ChoiceField(choices=Batch.State.choices)
    bytes = serializers.IntegerField(help_text="unpacked")
    lines = serializers.IntegerField()


class RejectedLineSerializer(serializers.Serializer[Any]):
    """A record that could not be read."""

    line = serializers.IntegerField()
    reason = serializers.CharField()
    text = serializers.CharField(required=False, help_text="only for the token that sent it")


class BatchSerializer(serializers.ModelSerializer[Batch]):
    """How far a batch is, and what became of its records."""

    rejected_lines = serializers.SerializerMethodField(help_text=f"the first {FIRST_REJECTED}")
    framing = serializers.SerializerMethodField(help_text="headers and envelopes around records")
    tail = serializers.SerializerMethodField(help_text="what may go on in the next body")

    class Meta:
        """Counts add up: records = stored + duplicates + rejected."""

        model = Batch
        fields = (
            "id",
            "feed",
            "source",
            "state",
            "backfill",
            "received",
            "finished",
            "attempts",
            "error",
            "size",
            "lines",
            "records",
            "stored",
            "duplicates",
            "rejected",
            "rejected_lines",
            "framing",
            "tail",
        )
        read_only_fields = fields

    def get_rejected_lines(self, batch: Batch) -> list[dict[str, Any]]:
        """The first of them; raw text only for who sent it."""
        shown = ["line", "reason", *(["text"] if self.context["sender"] else [])]
        return list(batch.rejected_lines.order_by("line", "id").values(*shown)[:FIRST_REJECTED])

    def get_framing(self, batch: Batch) -> list[dict[str, Any]]:
        """Lines, texts and how often each is there; the texts only for who sent it."""
        shown = ("line", "times", *(["text"] if self.context["sender"] else []))
        return [{name: piece[name] for name in shown} for piece in batch.framing]

    def get_tail(self, batch: Batch) -> dict[str, Any] | None:
        """Its bytes, and the batch that goes on with it; that is null while it waits."""
        tail = tails.of(batch)
        return {"bytes": tail.size, "goes_on_in": tail.taken_by} if tail else None


class ErrorSerializer(serializers.Serializer[Any]):
    """Why not."""

    detail = serializers.CharField()
    sources = serializers.ListField(child=serializers.CharField(), required=False)
