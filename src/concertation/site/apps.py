"""Django's registration of the site: layout, home, and what ties the subjects together."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

from concertation.site import migrating, ordering


class SiteConfig(AppConfig):
    """Layout and home; at start, every subject's `wiring` module offers what it has to the apps below it."""

    name = "concertation.site"
    label = "site"
    models_alone = False  # set before Django is, by a process that serves no page and does no work

    def ready(self) -> None:
        """Sort alike on both engines; record a migration with its statements; import the `wiring` module of every app that has one."""
        ordering.install()
        migrating.install()
        if not self.models_alone:
            autodiscover_modules("wiring")
