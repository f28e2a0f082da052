"""The app that delivers to other systems."""

from django.apps import AppConfig


class OutgoingConfig(AppConfig):
    """Signed webhooks to other systems."""

    name = "auditapp.outgoing"
