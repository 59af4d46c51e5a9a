"""Django's registration of `search`; the index of words is put in place after every migration."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from concertation.apps.search import words_index


def prepare_index(sender: AppConfig, using: str, **_: Any) -> None:
    """Install the index of words on the database just migrated."""
    connection = connections[using]
    if words_index.TABLE in connection.introspection.table_names():
        words_index.install(connection)


class SearchConfig(AppConfig):
    """The subject `search`."""

    name = "concertation.apps.search"
    label = "search"

    def ready(self) -> None:
        """Listen for migrations."""
        post_migrate.connect(prepare_index, sender=self)
