"""Django's registration of `ground`; the journal's triggers follow every migration."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from concertation.apps.ground import triggers


def protect_journal(sender: AppConfig, using: str, **_: Any) -> None:
    """Install the journal's triggers on the database just migrated."""
    connection = connections[using]
    if triggers.TABLE in connection.introspection.table_names():
        triggers.install(connection)


class GroundConfig(AppConfig):
    """The subject `ground`."""

    name = "concertation.apps.ground"
    label = "ground"

    def ready(self) -> None:
        """Listen for migrations."""
        post_migrate.connect(protect_journal, sender=self)
