"""Django's registration of `anticipation`."""

from django.apps import AppConfig


class AnticipationConfig(AppConfig):
    """The subject `anticipation`."""

    name = "concertation.apps.anticipation"
    label = "anticipation"
