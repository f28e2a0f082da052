"""The app's registration."""

from django.apps import AppConfig


class IngestConfig(AppConfig):
    """Registers the app."""

    name = "auditapp.ingest"
    default_auto_field = "django.db.models.BigAutoField"
