"""Django's registration of `notes`."""

from django.apps import AppConfig


class NotesConfig(AppConfig):
    """The subject `notes`."""

    name = "concertation.apps.notes"
    label = "notes"
