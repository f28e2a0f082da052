"""The app's registration."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Registers the app."""

    name = "auditapp.cases"
    default_auto_field = "django.db.models.BigAutoField"
