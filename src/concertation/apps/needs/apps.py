"""Django's registration of `needs`."""

from django.apps import AppConfig


class NeedsConfig(AppConfig):
    """The subject `needs`."""

    name = "concertation.apps.needs"
    label = "needs"
