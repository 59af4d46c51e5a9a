"""Django's registration of `sharing`."""

from django.apps import AppConfig


class SharingConfig(AppConfig):
    """The subject `sharing`."""

    name = "concertation.apps.sharing"
    label = "sharing"
