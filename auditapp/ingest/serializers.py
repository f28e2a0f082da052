"""What the REST door takes and gives."""

from typing import Any

from rest_framework import serializers

from auditapp.ingest.intake import UnknownZone, check_zone
from auditapp.ingest.models import Batch

FIRST_REJECTED = 20


class LabelSerializer(serializers.Serializer[Any]):
    """What is said of a log in the request's query."""

    host = serializers.CharField(required=False, max_length=255, help_text="where it was written")
    user = serializers.CharField(required=False, max_length=255, help_text="whose history it is")
    timezone = serializers.CharField(
        required=False, max_length=64, help_text="of times that name none, as in Europe/Berlin"
    )
    columns = serializers.CharField(
        required=False, max_length=2000, help_text="names between commas, for a log without header"
    )
    path = serializers.CharField(required=False, max_length=1000, help_text="for people to read")

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

    class Meta:
        """Counts add up: records = stored + duplicates + rejected."""

        model = Batch
        fields = (
            "id",
            "feed",
            "source",
            "state",
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
        )
        read_only_fields = fields

    def get_rejected_lines(self, batch: Batch) -> list[dict[str, Any]]:
        """The first of them; raw text only for who sent it."""
        shown = ["line", "reason", *(["text"] if self.context["sender"] else [])]
        return list(batch.rejected_lines.order_by("line", "id").values(*shown)[:FIRST_REJECTED])


class ErrorSerializer(serializers.Serializer[Any]):
    """Why not."""

    detail = serializers.CharField()
    sources = serializers.ListField(child=serializers.CharField(), required=False)
