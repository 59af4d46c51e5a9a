"""Django's registration of `decisions`."""

from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    """The subject `decisions`."""

    name = "concertation.apps.decisions"
    label = "decisions"
