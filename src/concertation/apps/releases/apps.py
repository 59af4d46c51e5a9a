"""Django's registration of `releases`."""

from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    """The subject `releases`."""

    name = "concertation.apps.releases"
    label = "releases"
