"""Django's registration of `allocation`."""

from django.apps import AppConfig


class AllocationConfig(AppConfig):
    """The subject `allocation`."""

    name = "concertation.apps.allocation"
    label = "allocation"
