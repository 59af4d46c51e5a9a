"""Django's registration of `organisations`."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    """The subject `organisations`."""

    name = "concertation.apps.organisations"
    label = "organisations"
