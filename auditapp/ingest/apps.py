"""The app's registration."""

from django.apps import AppConfig


class IngestConfig(AppConfig):
    """Registers the app."""

    name = "auditapp.ingest"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Makes ours the Celery application of this process, and a site's log formats known."""
        from analytics import pipeline
        from auditapp.celery import app
        from auditapp.ingest.mappings import mappings

        app.set_default()
        pipeline.add_sources(lambda: mappings().sources)
