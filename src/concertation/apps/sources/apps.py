"""Django's registration of `sources`."""

from django.apps import AppConfig


class SourcesConfig(AppConfig):
    """The subject `sources`."""

    name = "concertation.apps.sources"
    label = "sources"
