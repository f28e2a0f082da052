"""The app's registration."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Registers the app."""

    name = "auditapp.reports"
    default_auto_field = "django.db.models.BigAutoField"
