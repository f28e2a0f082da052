"""The app's registration."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Registers the app."""

    name = "auditapp.people"
    default_auto_field = "django.db.models.BigAutoField"
