"""Django's registration of `funding`."""

from django.apps import AppConfig


class FundingConfig(AppConfig):
    """The subject `funding`."""

    name = "concertation.apps.funding"
    label = "funding"
