"""Django's registration of `lessons`."""

from django.apps import AppConfig


class LessonsConfig(AppConfig):
    """The subject `lessons`."""

    name = "concertation.apps.lessons"
    label = "lessons"
