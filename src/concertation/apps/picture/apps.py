"""Django's registration of `picture`."""

from django.apps import AppConfig


class PictureConfig(AppConfig):
    """The subject `picture`."""

    name = "concertation.apps.picture"
    label = "picture"
