"""The app's registration."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Registers the app."""

    name = "auditapp.accounts"
    default_auto_field = "django.db.models.BigAutoField"
