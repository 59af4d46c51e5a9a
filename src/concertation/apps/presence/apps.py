"""Django's registration of `presence`."""

from django.apps import AppConfig


class PresenceConfig(AppConfig):
    """The subject `presence`."""

    name = "concertation.apps.presence"
    label = "presence"
