"""The app's registration."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Registers the app."""

    name = "auditapp.operations"
    default_auto_field = "django.db.models.BigAutoField"
