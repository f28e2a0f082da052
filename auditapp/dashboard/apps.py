"""The app's registration."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """Registers the app."""

    name = "auditapp.dashboard"
    default_auto_field = "django.db.models.BigAutoField"
