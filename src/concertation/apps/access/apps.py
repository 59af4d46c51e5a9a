"""Django's registration of `access`."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """The subject `access`."""

    name = "concertation.apps.access"
    label = "access"
