"""Django's registration of the site: layout, home, and the commands that concern the whole node."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Layout and home."""

    name = "concertation.site"
    label = "site"
