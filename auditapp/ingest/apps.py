"""The app's registration."""

from django.apps import AppConfig


class IngestConfig(AppConfig):
    """Registers the app."""

    name = "auditapp.ingest"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Makes ours the Celery application of this process, whoever gives the first hint."""
        from auditapp.celery import app

        app.set_default()
